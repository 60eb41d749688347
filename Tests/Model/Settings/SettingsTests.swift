import Testing
@testable import Settings

@Suite("Settings")
struct SettingsTests {
    @Test("A change is a different value in force, not a different text")
    func changes() {
        let old = read("health_check_period = 1\nlog_min_messages = info").settings
        let fresh = read("health_check_period = '1000ms'\nlog_min_messages = debug2\nbackend_hostname1 = 'b'\nhealth_check_period1 = 1s").settings
        #expect(fresh.changes(from: old).map(\.name) == ["backend_hostname", "log_min_messages"])
        #expect(fresh.changes(from: old).map(\.change) == [.restart, .reload])
        #expect(old.changes(from: fresh).map(\.name) == ["backend_hostname", "log_min_messages"])
        #expect(old.changes(from: old).isEmpty)
    }

    @Test("A reload takes what may change while running, and names what waits for a restart")
    func reload() {
        let running = read("port = 5000\nquery_wait_timeout = 5\nbackend_hostname1 = 'b'\nhook.mail.to = 'a'").settings
        let fresh = read("port = 5001\nlog_min_messages = debug\nbackend_hostname2 = 'c'\nbackend_priority0 = 7\nhook.mail.to = 'b'\nhook.page.to = 'c'").settings
        let reload = running.reloaded(as: fresh)
        #expect(reload.applied == ["query_wait_timeout", "log_min_messages", "hook.mail.to", "hook.page.to"])
        #expect(reload.waiting == ["port", "backend_hostname1", "backend_hostname2", "backend_priority0"])
        #expect(reload.inForce[\.connections.port] == 5000 && reload.inForce[\.daemon.logLevel] == "debug")
        #expect(reload.inForce.nodes == running.nodes && reload.inForce.hookOptions == fresh.hookOptions)
        #expect(reload.inForce[\.connections.queryWaitTimeout] == .seconds(120), "what is written no more has its default again")
        let again = reload.inForce.reloaded(as: fresh)
        #expect(again.applied.isEmpty && again.waiting == reload.waiting, "what waits is named until the restart")
    }

    @Test("Entries show every parameter as it stands, with its place, and no secret")
    func entries() throws {
        let settings = read("port = 0x10\nbackend_hostname2 = 'b'\nhealth_check_period2 = 250ms\nhealth_check_password = sesame\nbackend_flag2 = 'disallow_to_failover'").settings
        let entries = settings.entries
        let rows = Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0) })
        #expect(rows["port"]?.value == "16")
        #expect(rows["port"]?.place?.line == 3)
        #expect(rows["backend_hostname2"]?.value == "b")
        #expect(rows["backend_port2"]?.value == "5432")
        #expect(rows["backend_port2"]?.place == nil)
        #expect(rows["backend_flag2"]?.value == "DISALLOW_TO_FAILOVER")
        #expect(rows["health_check_period"]?.value == "1s")
        #expect(rows["health_check_period2"]?.value == "250ms")
        #expect(rows["health_check_period0"] == nil)
        #expect(rows["health_check_password"]?.value == "<secret>")
        #expect(!entries.contains { $0.value.contains("sesame") })
        #expect(Set(SettingsRegistry.shared.groups.flatMap(\.declarations).filter { $0.perNode != .required }.map(\.name)).isSubset(of: rows.keys))
    }

    @Test("Whole numbers are PostgreSQL's: hexadecimal behind 0x, octal behind 0", arguments: [("0x2710", 10_000), ("010", 8), ("10", 10), ("+10", 10), ("0X1f", 31)])
    func radix(_ text: String, _ value: Int) {
        #expect(read("port = \(text)").settings[\.connections.port] == value)
    }

    @Test("pgpool's log levels mean the nearest of ours", arguments: [("debug3", "debug"), ("WARNING", "warning"), ("log", "info"), ("fatal", "critical"), ("PANIC", "critical")])
    func levels(_ text: String, _ level: String) {
        #expect(read("log_min_messages = \(text)").settings[\.daemon.logLevel] == level)
    }

    @Test("A value under a former name counts, and the last line wins whatever the name")
    func formerNames() {
        #expect(read("socket_dir = '/run/a'").settings[\.connections.unixSocketDirectories] == ["/run/a"])
        #expect(read("socket_dir = '/run/a'\nunix_socket_directories = '/run/b'").settings[\.connections.unixSocketDirectories] == ["/run/b"])
        #expect(read("fail_over_on_backend_error = off").settings[\.health.failoverOnBackendError] == false)
    }

    @Test("A time above zero never becomes zero, which would mean off")
    func tinyTimes() {
        #expect(read("health_check_period = 0.4ms").settings[\.health.period] == .microseconds(400))
        #expect(read("health_check_period = 0.1us").hasErrors)
        #expect(read("health_check_period = 0").settings[\.health.period] == .zero)
    }
}
