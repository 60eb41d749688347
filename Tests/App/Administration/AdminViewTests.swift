import PostgresWire
import Foundation
import PostgresWire
import Proxying
import Testing
@testable import Administration

@Suite("AdminView")
struct AdminViewTests {
    @Test("Every view has its columns in every row, each with a meaning and a name of its own", arguments: AdminCatalogue.views.map(\.name))
    func columns(_ name: String) throws {
        let view = try #require(AdminCatalogue.view(name))
        #expect(view.columns.count == view.meanings.count && !view.meanings.contains(""))
        #expect(Set(view.columns.map(\.name)).count == view.columns.count)
        for row in view.rows(madeFacts()) {
            #expect(row.count == view.columns.count)
            // What is announced as a number is one.
            for (value, column) in zip(row, view.columns) where column.kind == .integer { #expect(value == nil || Int(value ?? "") != nil, "\(column.name)") }
        }
    }

    @Test("PgBouncer's columns are there under its names", arguments: [
        ("POOLS", "database user cl_active cl_waiting cl_active_cancel_req cl_waiting_cancel_req sv_active sv_active_cancel sv_being_canceled sv_idle sv_used sv_tested sv_login maxwait maxwait_us pool_mode load_balance_hosts"),
        ("CLIENTS", "type user database replication state addr port local_addr local_port connect_time request_time wait wait_us close_needed ptr link remote_pid tls application_name prepared_statements id"),
        ("SERVERS", "type user database replication state addr port local_addr local_port connect_time request_time wait wait_us close_needed ptr link remote_pid tls application_name prepared_statements id"),
        ("STATS", "database total_xact_count total_query_count total_server_assignment_count total_received total_sent total_xact_time total_query_time total_wait_time total_client_parse_count total_server_parse_count total_bind_count total_client_login_count avg_xact_count avg_query_count avg_server_assignment_count avg_recv avg_sent avg_xact_time avg_query_time avg_wait_time avg_client_parse_count avg_server_parse_count avg_bind_count avg_client_login_count"),
        ("LISTS", "list items"), ("CONFIG", "key value default changeable"), ("VERSION", "version"), ("STATE", "key value"), ("DNS_HOSTS", "hostname ttl addrs"), ("TOTALS", "name value"),
        ("USERS", "name pool_size reserve_pool_size pool_mode max_user_connections current_connections max_user_client_connections current_client_connections"),
        ("DATABASES", "name host port database force_user pool_size min_pool_size reserve_pool_size server_lifetime pool_mode load_balance_hosts max_connections current_connections max_client_connections current_client_connections paused disabled"),
    ])
    func compatible(_ name: String, _ columns: String) throws {
        let own = try #require(AdminCatalogue.view(name)).columns.map(\.name), wanted = columns.split(separator: " ").map(String.init)
        #expect(Array(own.prefix(wanted.count)) == wanted)
    }

    @Test("A pool shows who waits and for how long")
    func pools() throws {
        let pool = try #require(rows("POOLS").first { $0["database"] == "shop" })
        #expect(pool["cl_active"] == "2" && pool["cl_waiting"] == "1" && pool["sv_active"] == "1" && pool["sv_idle"] == "1")
        #expect(pool["maxwait"] == "1" && pool["maxwait_us"] == "500000" && pool["pool_mode"] == "transaction" && pool["node"] == "0")
    }

    @Test("Totals add users up; averages are of the last period")
    func stats() throws {
        let shop = try #require(rows("STATS").first)
        #expect(shop["total_query_count"] == "200" && shop["total_query_time"] == "20000")
        #expect(shop["avg_query_count"] == "10" && shop["avg_query_time"] == "100")
        let total = rows("TOTALS").first { $0["name"] == "total_query_count" }
        #expect(total?["value"] == "200")
    }

    @Test("Commits that were not replicated are counted by database, and in all")
    func unreplicated() {
        let facts = madeFacts { facts in
            for index in facts.report.traffic.indices { facts.report.traffic[index].traffic.unreplicatedCommits = 2 }
        }
        #expect(rows("STATS", facts).first?["total_unreplicated_commits"] == "4")
        #expect(rows("TOTALS", facts).first { $0["name"] == "total_unreplicated_commits" }?["value"] == "4")
    }

    @Test("Before the first period is over averages are zero")
    func firstPeriod() {
        let facts = madeFacts { $0.averages = TrafficAverages(at: .zero) }
        #expect(rows("STATS", facts).first?["avg_query_count"] == "0")
    }

    @Test("An average is of its own period, not of all")
    func averages() {
        var averages = TrafficAverages(at: .seconds(5))
        averages.note([traffic("shop", "anna", queries: 100)], at: .seconds(15))
        averages.note([traffic("shop", "anna", queries: 400), traffic("new", "anna", queries: 7)], at: .seconds(25))
        #expect(averages.period == .seconds(10))
        #expect(averages.last.map(\.traffic.queries) == [300, 7])
    }

    @Test("Both ends of a pair name each other")
    func connections() {
        #expect(rows("CLIENTS").map { $0["link"] } == ["20", ""])
        #expect(rows("SERVERS").map { $0["link"] } == ["7", ""])
        #expect(rows("SERVERS").map { $0["close_needed"] } == ["0", "1"])
        #expect(rows("CLIENTS").map { $0["wait"] } == ["0", "1"])
        #expect(rows("CLIENTS").first?["connect_time"] == "1970-01-01 00:15:40 UTC")
        #expect(rows("SOCKETS").count == 4 && rows("ACTIVE_SOCKETS").count == 3)
    }

    @Test("A pinned session is shown with both its reasons, others are not")
    func pins() {
        let pins = rows("PINS")
        #expect(pins.count == 1 && pins[0]["kept_because"] == "LISTEN" && pins[0]["backend"] == "20")
    }

    @Test("Databases are those in use and those that are configured")
    func databases() throws {
        let all = rows("DATABASES")
        #expect(all.map { $0["name"] } == ["park", "shop", "understudy"])
        let shop = try #require(all.first { $0["name"] == "shop" })
        #expect(shop["current_connections"] == "2" && shop["current_client_connections"] == "3" && shop["paused"] == "1" && shop["disabled"] == "0")
    }

    @Test("A secret is hidden in SHOW CONFIG")
    func secrets() {
        #expect(rows("CONFIG").contains { $0["key"] == "health_check_password" })
        #expect(rows("CONFIG").allSatisfy { $0["value"] != nil })
    }

    @Test("SHOW HELP has every view and command")
    func help() {
        let statements = rows("HELP").map { $0["statement"] ?? "" }
        #expect(statements.count == AdminCatalogue.views.count + AdminCatalogue.commands.count)
        #expect(statements.contains("PAUSE [database]") && statements.contains("SHOW POOLS"))
    }

    @Test("The manual's page is fresh")
    func manual() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let stored = try String(contentsOf: root.appending(path: "docs/admin.md"), encoding: .utf8)
        #expect(stored == AdminManual.text, "run: understudy render admin > docs/admin.md")
    }
}
