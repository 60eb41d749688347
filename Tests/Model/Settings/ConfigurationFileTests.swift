import Testing
@testable import Settings

@Suite("ConfigurationFile")
struct ConfigurationFileTests {
    @Test("Ten mistakes are ten messages, each with its line")
    func tenMistakes() {
        let text = """
            listen_adresses = 'localhost'
            port = 70000
            max_client_conn = many
            health_check_period = '3 fortnights'
            backend_hostname0 'one'
            backend_port0 = 5432 5433
            backend_flag0 = 'SOMETIMES'
            unix_socket_permissions = 0999
            = 7
            hook.failover.promote-wait = 9s
            cluster_name = 'main
            backend_port3 = 5433
            """
        let file = ConfigurationFile(path: "/u.conf", from: MemorySource(files: ["/u.conf": text]))
        let lines = file.diagnostics.map(\.description)
        let expected = [
            "/u.conf:1: unknown parameter listen_adresses; did you mean listen_addresses?",
            "/u.conf:2: port takes a whole number from 1 to 65535, got '70000'",
            "/u.conf:3: max_client_conn takes a whole number from 1 to 1000000, got 'many'",
            "/u.conf:4: health_check_period takes a time from 0 to 1d (units us, ms, s, min, h, d; without one it counts s), got '3 fortnights'",
            "/u.conf:6: there is more behind the value of backend_port0 (a value with blanks stands in single quotes): 5433",
            "/u.conf:7: backend_flag0 takes one or more of ALLOW_TO_FAILOVER, DISALLOW_TO_FAILOVER, with | between them, got 'SOMETIMES'",
            "/u.conf:8: unix_socket_permissions takes a file mode in octal, 0000 to 0777, got '0999'",
            "/u.conf:9: expected `name = value`, got = 7",
            "/u.conf:10: hook.failover.promote-wait is no hook option: expected hook.<hook>.<option>, each of a-z, 0-9 and _, beginning with a letter",
            "/u.conf:11: the quoted value of cluster_name has no closing quote",
            "/u.conf:12: backend_port3 is for a node without backend_hostname3",
            "/u.conf:5: node 0 cannot be watched: health_check_user is not set",
        ]
        #expect(lines == expected)
    }

    @Test("Values are read as PostgreSQL reads them", arguments: [
        ("cluster_name = bare", "bare"), ("cluster_name 'no equals sign'", "no equals sign"), ("CLUSTER_NAME='upper'", "upper"),
        ("cluster_name = 'it''s' # comment", "it's"), (#"cluster_name = 'a\'b\\c\tz\101'"#, "a'b\\c\tzA"), ("  cluster_name\t=\t'#'", "#"),
        ("cluster_name = first\ncluster_name = last", "last"), ("cluster_name = 'crlf'\r\n# end\r\n", "crlf"), ("cluster_name = ''", ""),
    ])
    func values(_ line: String, _ value: String) {
        let file = read(line)
        #expect(file.diagnostics.isEmpty)
        #expect(file.settings[\.daemon.clusterName] == value)
    }

    @Test("Units are PostgreSQL's; a bare number counts pgpool's unit", arguments: [
        ("health_check_period = 5", Duration.seconds(5)), ("health_check_period = 250ms", .milliseconds(250)), ("health_check_period = '2 min'", .seconds(120)),
        ("health_check_period = 0.5s", .milliseconds(500)), ("health_check_period = 1h", .seconds(3600)),
    ])
    func durations(_ line: String, _ value: Duration) {
        #expect(read(line).diagnostics.isEmpty)
        #expect(read(line).settings[\.health.period] == value)
    }

    @Test("Milliseconds are the unit of connect_timeout, and sizes have units")
    func otherUnits() {
        #expect(read("connect_timeout = 300").settings[\.health.connectTimeout] == .milliseconds(300))
        #expect(read("client_memory_limit = 64MB").settings[\.connections.clientMemoryLimit] == 64 << 20)
        #expect(read("unix_socket_permissions = 0750").settings[\.connections.unixSocketPermissions] == 0o750)
    }

    @Test("A parameter with a node's number holds for that node, one without for the others")
    func perNode() {
        let settings = read("backend_hostname7 = 'b'\nhealth_check_timeout = 3\nhealth_check_timeout7 = 9").settings
        #expect(settings.nodes == [0, 7])
        #expect(settings[\.health.timeout, node: 0] == .seconds(3))
        #expect(settings[\.health.timeout, node: 7] == .seconds(9))
        #expect(settings[\.backends.port, node: 7] == 5432)
        #expect(settings.nodeName(7) == "node7")
    }

    @Test("Node numbers go from 0 to 127, and each is written in one way", arguments: [("127", false), ("128", true), ("01", true), ("00", true), ("99999999999999999999", true)])
    func highestNode(_ number: String, _ isWrong: Bool) {
        let file = read("backend_hostname\(number) = 'b'")
        #expect(file.hasErrors == isWrong)
        #expect(file.diagnostics.allSatisfy { $0.message.contains("expected backend_hostnameN with N from 0 to 127") })
    }

    @Test("An empty host name is no node, as in pgpool")
    func emptyHost() {
        #expect(read("backend_hostname1 = ''").settings.nodes == [0])
        #expect(read("backend_hostname1 = ''\nbackend_port1 = 5433").diagnostics.map(\.description) == ["/etc/u.conf:4: backend_port1 is for a node without backend_hostname1"])
    }

    @Test("Files are included relative to the includer, directories in order, and a loop ends with a message")
    func includes() {
        let file = read("include 'sub/one.conf'\ninclude_dir 'conf.d'\ninclude_if_exists 'absent.conf'", others: [
            "/etc/sub/one.conf": "include 'two.conf'\nport = 1", "/etc/sub/two.conf": "cluster_name = 'two'",
            "/etc/conf.d/b.conf": "port = 3", "/etc/conf.d/a.conf": "port = 2", "/etc/conf.d/.c.conf": "port = 4", "/etc/conf.d/d.txt": "port = 5",
        ])
        #expect(file.diagnostics.isEmpty)
        #expect(file.settings[\.connections.port] == 3)
        #expect(file.settings[\.daemon.clusterName] == "two")
        #expect(file.settings.place(of: \.connections.port)?.description == "/etc/conf.d/b.conf:1")
        #expect(read("include 'gone.conf'").diagnostics.map(\.description) == ["/etc/u.conf:3: /etc/gone.conf cannot be read: No such file or directory"])
    }

    @Test("Hook options are kept with their place, untyped")
    func hookOptions() {
        let options = read("hook.failover.promote_wait = 90s").settings.hookOptions
        #expect(options == [.init(hook: "failover", option: "promote_wait", text: "90s", place: .init(file: "/etc/u.conf", line: 3))])
    }

    @Test("pgpool's other parameters are named in a notice, never in silence", arguments: [
        ("load_balance_mode = on", "does not exist yet"), ("serialize_accept = off", "no longer applies"), ("socket_dir = '/tmp'", "is called unix_socket_directories today: its value was taken"),
        ("follow_master_command = 'x'", "is called follow_primary_command today, which is not used: `understudy hooks import-pgpool` makes a hook that runs it"),
        ("failover_command = 'x'", "is not used: `understudy hooks import-pgpool` makes a hook"), ("black_function_list = 'f'", "is called write_function_list today, which does not exist yet"), ("print_user = on", "is called log_line_prefix today, which no longer applies"),
        ("backend_flag0 = 'ALWAYS_PRIMARY'", "ALWAYS_PRIMARY does not exist yet"),
        ("wd_port0 = 9000", "does not exist yet"), ("delegate_IP = '1.2.3.4'", "does not exist yet"),
    ])
    func pgpool(_ line: String, _ words: String) throws {
        let file = read(line)
        #expect(!file.hasErrors)
        #expect(file.diagnostics.count == 1)
        #expect(try #require(file.diagnostics.first).description.contains("notice: "))
        #expect(try #require(file.diagnostics.first).message.contains(words))
    }

    @Test("Nodes must differ in address and name", arguments: ["backend_hostname1 = 'a'", "backend_hostname1 = 'b'\nbackend_application_name1 = 'node0'"])
    func distinct(_ lines: String) {
        #expect(read(lines).diagnostics.contains { $0.message.contains("nodes 0 and 1 are both") })
    }

    @Test("A file with a password that others can read is refused with the remedy, and the password is not printed")
    func secretFile() {
        let text = "backend_hostname0 = a\nhealth_check_user = p\nhealth_check_password = 'TEXTsesame'"
        let file = ConfigurationFile(path: "/u.conf", from: MemorySource(files: ["/u.conf": text], modes: ["/u.conf": 0o644]))
        #expect(file.diagnostics.map(\.description) == ["/u.conf:3: /u.conf holds a password and has mode 0644: chmod 600 it, or 640 where root owns it, so that others cannot read it"])
        #expect(file.settings[\.health.password].text == "sesame")
        #expect("\(file.settings[\.health.password])" == "<secret>")
        var dumped = ""
        dump(file.settings[\.health.password], to: &dumped)
        #expect(!dumped.contains("sesame"))
    }

    @Test("Nothing that may be part of a password is in a message", arguments: [
        "health_check_password = sesame sesame", "health_check_password = 'a'sesame", "health_check_password3 = a sesame", "health_check_pasword = a sesame",
        "health_check_password = 'sesame", "health_check_password = 'AESsesame'", "wd_authkey = a sesame", "health_check_password = 'sesame\\000'",
    ])
    func secretsInMessages(_ line: String) {
        let messages = read(line).diagnostics.map(\.description)
        #expect(!messages.isEmpty)
        #expect(messages.allSatisfy { !$0.contains("sesame") })
    }

    @Test("A password that a later file overrides still must not be readable")
    func overriddenSecret() {
        let source = MemorySource(files: ["/u.conf": "include 'a.conf'\nbackend_hostname0 = a\nhealth_check_user = p\nhealth_check_password = ''", "/a.conf": "\nhealth_check_password = 'b'"],
                                  modes: ["/a.conf": 0o604, "/u.conf": 0o644])
        let file = ConfigurationFile(path: "/u.conf", from: source)
        #expect(file.diagnostics.map(\.description) == ["/a.conf:2: /a.conf holds a password and has mode 0604: chmod 600 it, or 640 where root owns it, so that others cannot read it"])
    }

    @Test("A node at Understudy's own address is refused", arguments: [
        ("localhost", "localhost", true), ("localhost", "127.0.0.1", true), ("*", "::1", true), ("10.0.0.1", "10.0.0.1", true), ("0.0.0.0", "::1", false),
        ("10.0.0.1", "localhost", false), ("", "localhost", false), ("", "/tmp", true), ("", "/run/postgresql", false), ("DB.example", "db.Example", true),
    ])
    func ownAddress(_ listen: String, _ host: String, _ isOwn: Bool) {
        let file = read("listen_addresses = '\(listen)'\nbackend_hostname1 = '\(host)'\nbackend_port1 = 9999")
        #expect(file.diagnostics.map(\.description) == (isOwn ? ["/etc/u.conf:5: node 1 is at \(host):9999, where Understudy itself listens: change backend_port1 or port"] : []))
        #expect(!read("listen_addresses = '\(listen)'\nbackend_hostname1 = '\(host)'\nbackend_port1 = 9998").hasErrors)
    }

    @Test("Every node that is wrong is told, not the first alone")
    func allNodes() {
        let file = ConfigurationFile(path: "/u.conf", from: MemorySource(files: ["/u.conf": """
            backend_hostname0 = a
            backend_hostname1 = b
            backend_port3 = 1
            health_check_period4 = 1
            backend_flag1 = 'ALLOW_TO_FAILOVER|DISALLOW_TO_FAILOVER'
            """]))
        #expect(file.diagnostics.map(\.description) == [
            "/u.conf:3: backend_port3 is for a node without backend_hostname3",
            "/u.conf:4: health_check_period4 is for a node without backend_hostname4",
            "/u.conf:5: backend_flag1 has both ALLOW_TO_FAILOVER and DISALLOW_TO_FAILOVER: expected one of them",
            "/u.conf:1: nodes 0, 1 cannot be watched: health_check_user is not set",
        ])
    }

    @Test("Listeners that nobody could reach, or that the system could not make, are errors")
    func listeners() {
        #expect(read("listen_addresses = ''\nunix_socket_directories = ''").diagnostics.map(\.place.line) == [3])
        #expect(!read("listen_addresses = ''").hasErrors)
        let room = 107 - "/.s.PGSQL.9999".utf8.count
        let path = "/" + String(repeating: "d", count: room - 1)
        #expect(!read("unix_socket_directories = '/tmp, \(path)'").hasErrors)
        #expect(read("unix_socket_directories = '/tmp, \(path)d'").diagnostics.first?.message.contains("may have 107 bytes") == true)
        #expect(read("control_socket = '/\(String(repeating: "d", count: 107))'").diagnostics.first?.message.contains("control_socket") == true)
    }

    @Test("A misspelt name is told the nearest one, with its number", arguments: [
        ("backend_prot0", "backend_port0"), ("health_check_perod12", "health_check_period12"), ("health_check_perod", "health_check_period"),
        ("backend_hostname", "backend_hostnameN"), ("includ", "include"),
    ])
    func nearestName(_ name: String, _ meant: String) {
        #expect(read("\(name) = 1").diagnostics.map(\.message) == ["unknown parameter \(name); did you mean \(meant)?"])
    }

    @Test("A name of PgBouncer's is told what it is called here, or why it is not needed", arguments: [
        ("listen_port", "PgBouncer's listen_port is port here"), ("server_reset_query", "PgBouncer's server_reset_query is reset_query_list here"),
        ("auth_file", "PgBouncer's auth_file is pool_passwd here"), ("pkt_buf", "PgBouncer's pkt_buf has no counterpart: buffers are made as they are needed, up to client_memory_limit"),
    ])
    func ofPgBouncer(_ name: String, _ hint: String) {
        #expect(read("\(name) = 1").diagnostics.map(\.message) == ["unknown parameter \(name): \(hint)"])
    }

    @Test("What PgBouncer's names are here exists, and no name of ours or of pgpool's is among them")
    func pgBouncerNames() {
        let registry = SettingsRegistry.shared
        for name in PgBouncerNames.all { #expect(!registry.names.contains(name) && PgpoolNames.fate(of: name) == nil, "\(name)") }
        for (name, own) in PgBouncerNames.counterparts {
            let words = own.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init).filter { $0.contains("_") || $0 == "port" || $0 == "ssl" }
            #expect(!words.isEmpty && words.allSatisfy { registry.names.contains($0) }, "\(name): \(own)")
        }
    }

    @Test("max_pool is told what takes its place")
    func maxPool() {
        #expect(read("max_pool = 4").diagnostics.map(\.message).first?.contains("default_pool_size says how many backends one may have") == true)
    }

    @Test("The daemon's folders are absolute", arguments: ["state_directory", "control_socket", "hook_directory"])
    func absolute(_ name: String) {
        #expect(read("\(name) = 'a/b'").diagnostics.map(\.description) == ["/etc/u.conf:3: \(name) must be absolute, got 'a/b'"])
        #expect(read("\(name) = ''").hasErrors)
        #expect(!read("\(name) = '/a/b'").hasErrors)
    }

    @Test("A pool_passwd that is named must exist, the default one need not")
    func poolPasswd() {
        #expect(read("").diagnostics.isEmpty)
        #expect(read("pool_passwd = ''").diagnostics.isEmpty)
        #expect(read("pool_passwd = 'users'", others: ["/etc/users": ""]).diagnostics.isEmpty)
        #expect(read("pool_passwd = '/users'", others: ["/users": ""]).diagnostics.isEmpty)
        #expect(read("pool_passwd = 'users'").diagnostics.map(\.description) == ["/etc/u.conf:3: pool_passwd: there is no file /etc/users: make it, or write '' for none"])
    }

    @Test("A group may read passwords in a file of root's, and never write it; others may nothing", arguments: [
        (UInt32(0o600), false, false), (0o400, false, false), (0o640, false, true), (0o640, true, false), (0o440, true, false),
        (0o660, true, true), (0o650, true, true), (0o604, true, true), (0o601, true, true), (0o602, true, true),
    ])
    func fileAccess(_ mode: UInt32, _ isOwnedByRoot: Bool, _ isTooOpen: Bool) {
        #expect(FileAccess(mode: mode, isOwnedByRoot: isOwnedByRoot).isTooOpen == isTooOpen)
    }

    @Test("A configuration without nodes says what is missing")
    func noNodes() {
        let file = ConfigurationFile(path: "/u.conf", from: MemorySource(files: ["/u.conf": ""]))
        #expect(file.diagnostics.map(\.message) == ["there is no node: expected backend_hostname0 and backend_port0 at least"])
    }

    @Test("A file that is missing is one error")
    func missing() {
        let file = ConfigurationFile(path: "/gone.conf", from: MemorySource(files: [:]))
        #expect(file.diagnostics.map(\.description) == ["/gone.conf: cannot be read: No such file or directory"])
    }
}
