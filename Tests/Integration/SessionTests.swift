import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Sessions across a failover")
    struct SessionTests {
        @Test("Each session keeps its connection or ends with 57P01, as its state and its login demand")
        func survival() throws {
            try IntegrationTests.onCluster(sync: 1) { cluster in
                try cluster.connect().query("CREATE TABLE t (id int)")
                try cluster.connect().query("GRANT ALL ON t TO PUBLIC")
                let clean: [(String, SQLClient)] = try [
                    ("app", cluster.connect()), ("trust", cluster.connect(user: "trusting")), ("md5", cluster.connect(user: "legacy")),
                ]
                for (_, client) in clean { try client.query("INSERT INTO t VALUES (1)") }
                // State that goes with the transaction does not hold a session back.
                try clean[0].1.query("BEGIN; SET LOCAL work_mem = '8MB'; SELECT count(*) FROM t; COMMIT")
                let options = try SQLClient(host: "127.0.0.1", port: cluster.description.port, user: "app", database: "app", passfile: cluster.passfile,
                                            options: ["application_name": "billing", "options": "-c work_mem=7MB"])
                let setting = try cluster.connect()
                try setting.query("SET work_mem = '9MB'")
                try setting.query("SET TimeZone = 'Asia/Tokyo'")
                let stateful = try [
                    "PREPARE p AS SELECT 1", "LISTEN channel", "CREATE TEMP TABLE scratch (id int)", "SELECT pg_advisory_lock(1)",
                    "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT", "SELECT set_config('work_mem', '9MB', false)", "DO $$ BEGIN PERFORM 1; END $$",
                ].map { text in
                    let client = try cluster.connect()
                    try client.query(text)
                    return (text, client)
                }
                let relayed = try cluster.connect(user: "relayed")
                try relayed.query("SELECT 1")
                let transaction = try cluster.connect()
                try transaction.query("BEGIN")
                try transaction.query("INSERT INTO t VALUES (99)")

                try cluster.killNode(0)

                for (what, client) in clean { #expect(sqlState { try client.query("INSERT INTO t VALUES (2)") } == nil, "\(what)") }
                #expect(try options.query("SHOW work_mem").first?.first == "7MB", "start-up parameters are replayed")
                #expect(try options.query("SHOW application_name").first?.first == "billing")
                #expect(try setting.query("SELECT current_setting('work_mem'), current_setting('TimeZone')").first == ["9MB", "Asia/Tokyo"], "settings go with the session")
                for (text, client) in stateful { #expect(sqlState { try client.query("SELECT 1") } == "57P01", "\(text)") }
                #expect(sqlState { try relayed.query("SELECT 1") } == "57P01")

                #expect(sqlState { try transaction.query("INSERT INTO t VALUES (99)") } == "40001")
                #expect(sqlState { try transaction.query("INSERT INTO t VALUES (99)") } == "25P02")
                #expect(sqlState { try transaction.query("SELECT $1::int", ["1"]) } == "25P02")
                #expect(sqlState { try transaction.query("COMMIT") } == nil)
                #expect(try transaction.query("SELECT count(*) FROM t WHERE id = 99").first?.first == "0", "and the session lives on")
            }
        }

        @Test("While there is no primary statements and logins wait; after query_wait_timeout a statement fails with 57P03 and the session lives")
        func held() throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("query_wait_timeout", "1s"), ("authentication_timeout", "1s")]) { cluster in
                let client = try cluster.connect()
                try client.query("SELECT 1")
                try cluster.killNode(0)
                #expect(sqlState { try client.query("SELECT 2") } == "57P03")
                // The first refusals may come before the loss is certain.
                IntegrationTests.eventually("the refusal says why") {
                    do { _ = try cluster.connect(); return false } catch { return "\(error)".contains("lost") }
                }
                #expect(try client.query("SHOW pool_nodes").count == 1, "views answer meanwhile")
                try cluster.startNode(0)
                IntegrationTests.eventually("the same session works again") { sqlState { try client.query("SELECT 3") } == nil }
            }
        }
    }
}
