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
            "/u.conf:4: health_check_period takes a time from 0 to 1d (units ms, s, min, h, d; without one it counts s), got '3 fortnights'",
            "/u.conf:6: there is more behind the value of backend_port0: 5433 (a value with blanks stands in single quotes)",
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

    @Test("Node numbers end at 127")
    func highestNode() {
        #expect(!read("backend_hostname127 = 'b'").hasErrors)
        #expect(read("backend_hostname128 = 'b'").hasErrors)
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
        let loop = read("include 'u.conf'")
        #expect(loop.diagnostics.contains { $0.message.contains("more than 10 deep") })
        #expect(read("include 'gone.conf'").diagnostics.map(\.description) == ["/etc/u.conf:3: /etc/gone.conf cannot be read: No such file or directory"])
    }

    @Test("Hook options are kept with their place, untyped")
    func hookOptions() {
        let options = read("hook.failover.promote_wait = 90s").settings.hookOptions
        #expect(options == [.init(hook: "failover", option: "promote_wait", text: "90s", place: .init(file: "/etc/u.conf", line: 3))])
    }

    @Test("pgpool's other parameters are named in a notice, never in silence", arguments: [
        ("load_balance_mode = on", "does not exist yet"), ("serialize_accept = off", "no longer applies"), ("socket_dir = '/tmp'", "is called unix_socket_directories"),
        ("wd_port0 = 9000", "does not exist yet"), ("delegate_IP = '1.2.3.4'", "does not exist yet"),
    ])
    func pgpool(_ line: String, _ words: String) throws {
        let file = read(line)
        #expect(!file.hasErrors)
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
        #expect(file.diagnostics.map(\.description) == ["/u.conf:3: /u.conf holds a password and has mode 0644: chmod 600 it, so that others cannot read it"])
        #expect(file.settings[\.health.password].text == "sesame")
        #expect("\(file.settings[\.health.password])" == "<secret>")
        var dumped = ""
        dump(file.settings[\.health.password], to: &dumped)
        #expect(!dumped.contains("sesame"))
    }

    @Test("A configuration without nodes says what is missing")
    func noNodes() {
        let file = ConfigurationFile(path: "/u.conf", from: MemorySource(files: ["/u.conf": ""]))
        #expect(file.diagnostics.map(\.message) == ["there is no node: expected backend_hostname0 and backend_port0 at least"])
    }

    @Test("A file that is missing is one error")
    func missing() {
        let file = ConfigurationFile(path: "/gone.conf", from: MemorySource(files: [:]))
        #expect(file.diagnostics.first?.description == "/gone.conf:1: /gone.conf cannot be read: No such file or directory")
    }
}

@Suite("PoolPasswd")
struct PoolPasswdTests {
    @Test("Clear passwords are known; other forms and broken lines are reported by line")
    func lines() {
        let source = MemorySource(files: ["/p": "app:TEXTs3:cret\n\n# c\nold:md5abc\nbroken\n"])
        let file = PoolPasswd(path: "/p", from: source)
        #expect(file.passwords.mapValues(\.text) == ["app": "s3:cret"])
        #expect(file.diagnostics.map(\.place.line) == [4, 5])
        #expect(file.diagnostics.map(\.severity) == [.notice, .error])
    }

    @Test("A readable file is refused, a missing one knows nobody")
    func modes() {
        let open = PoolPasswd(path: "/p", from: MemorySource(files: ["/p": "a:TEXTb"], modes: ["/p": 0o640]))
        #expect(open.diagnostics.first?.message.contains("chmod 600") == true)
        #expect(PoolPasswd(path: "/q", from: MemorySource(files: [:])).diagnostics.isEmpty)
    }
}
