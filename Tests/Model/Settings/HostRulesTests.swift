import Testing
@testable import Settings

@Suite("HostRules")
struct HostRulesTests {
    private func read(_ text: String, _ others: [String: String] = [:]) -> HostRules {
        HostRules(path: "/etc/pool_hba.conf", from: MemorySource(files: others.merging(["/etc/pool_hba.conf": text]) { $1 }))
    }

    private func applicant(_ user: String = "anna", _ database: String = "shop", from address: String? = "10.0.0.7", tls: Bool = false, replication: Bool = false) -> HostRule.Applicant {
        HostRule.Applicant(user: user, database: database, address: address.flatMap { NetworkAddress($0) }, isEncrypted: tls, isPhysicalReplication: replication)
    }

    private let networks = OwnNetworks([NetworkRange(.v4(0x0A00_0001), mask: .v4(0xFFFF_FF00)), NetworkAddress("fd00::1").flatMap { NetworkRange($0, prefix: 64) }].compactMap(\.self))

    /// The line of the rule that decides.
    private func line(_ rules: HostRules, _ applicant: HostRule.Applicant) -> Int? { rules.first(for: applicant) { networks }?.place.line }

    @Test("The first rule that matches decides; without one nobody gets in")
    func order() {
        let rules = read("""
            # who          may
            local   all         all                         trust
            host    shop        anna     10.0.0.0/8         reject
            host    shop,till   all      10.0.0.7 255.255.255.255  md5
            host    all         all      10.0.0.0/24        scram-sha-256
            host    all         all      ::1/128            password
            """)
        #expect(rules.diagnostics.isEmpty)
        #expect(rules.rules.map(\.method) == [.trust, .reject, .md5, .scramSHA256, .password])
        #expect(line(rules, applicant(from: nil)) == 2)
        #expect(line(rules, applicant()) == 3)
        #expect(line(rules, applicant("bert")) == 4)
        #expect(line(rules, applicant("bert", "till")) == 4)
        #expect(line(rules, applicant("bert", "else")) == 5)
        #expect(line(rules, applicant("bert", from: "10.0.1.7")) == nil)
        #expect(line(rules, applicant(from: "::1")) == 6)
        #expect(line(rules, applicant(from: "::2")) == nil)
        #expect(line(rules, applicant(from: "::ffff:10.0.0.9")) == 3, "a mapped address is the IPv4 address")
    }

    @Test("hostssl is for TLS, hostnossl for everything else, local for sockets alone")
    func scopes() {
        let rules = read("hostssl all all all cert\nhostnossl all all all reject\nlocal all all md5")
        #expect(line(rules, applicant(tls: true)) == 1)
        #expect(line(rules, applicant()) == 2)
        #expect(line(rules, applicant(from: nil, tls: true)) == 3)
    }

    @Test("Words mean what they say; quoted they are names")
    func words() {
        let rules = read("""
            host sameuser     all    all      md5
            host replication  all    all      password
            host "all"        "all"  all      trust
            host all          bert   samehost reject
            host all          carl   samenet  reject
            host "my shop"    "o""neil" all   trust
            """)
        #expect(rules.diagnostics.isEmpty)
        #expect(line(rules, applicant("anna", "anna")) == 1)
        #expect(line(rules, applicant(replication: true)) == 2)
        #expect(line(rules, applicant("all", "all")) == 1)
        #expect(line(rules, applicant("bert", from: "10.0.0.1")) == 4 && line(rules, applicant("bert", from: "10.0.0.2")) == nil)
        #expect(line(rules, applicant("carl", from: "10.0.0.99")) == 5 && line(rules, applicant("carl", from: "10.0.1.1")) == nil)
        #expect(line(rules, applicant("carl", from: "fd00::77")) == 5 && line(rules, applicant("carl", from: "fd01::77")) == nil)
        #expect(line(rules, applicant("o\"neil", "my shop")) == 6)
        let all = read("host all all all trust")
        #expect(line(all, applicant(replication: true)) == nil, "all is no database of a physical walsender, as in PostgreSQL")
    }

    @Test("Names stand in lists and in files, which may name files")
    func lists() {
        let rules = read("host all @users,dora , erik all md5\nhost all all all \\\nreject", [
            "/etc/users": "anna bert, carl # not: zoe\n@more\n", "/etc/more": "\"f g\"",
        ])
        #expect(rules.diagnostics.isEmpty)
        for user in ["anna", "bert", "carl", "dora", "erik", "f g"] { #expect(line(rules, applicant(user)) == 1, "\(user)") }
        #expect(line(rules, applicant("zoe")) == 2)
        #expect(read("host all @loop all md5", ["/etc/loop": "@loop"]).diagnostics.map(\.description) == ["/etc/pool_hba.conf:1: files of names include each other more than 10 deep: @loop"])
        #expect(read("host all @none all md5").diagnostics.count == 1)
    }

    @Test("A mask is a length or an address, of the address's own kind", arguments: [
        ("0.0.0.0/0", "255.255.255.255", true), ("10.0.0.0/9", "10.127.0.1", true), ("10.0.0.0/9", "10.128.0.1", false), ("10.0.0.7/32", "10.0.0.8", false),
        ("::/0", "10.0.0.1", false), ("::/0", "2001:db8::1", true), ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("fe80::/10", "fe80::1%eth0", true),
    ])
    func masks(_ range: String, _ address: String, _ isIn: Bool) {
        let rules = read("host all all \(range) trust")
        #expect(rules.diagnostics.isEmpty)
        #expect((line(rules, applicant(from: address)) == 1) == isIn)
    }

    @Test("What is wrong is said with its line, what was expected and what came", arguments: [
        ("hosts all all all md5", "expected local, host, hostssl or hostnossl, got hosts"),
        ("host", "expected a database, got the end of the line"), ("host all", "expected a user, got the end of the line"),
        ("host all all", "expected an address, got the end of the line"), ("local all all", "expected a method: trust, reject, password, md5, scram-sha-256, cert or pam, got the end of the line"),
        ("host all all 10.0.0.1 md5", "expected a mask for 10.0.0.1 (or write 10.0.0.1/32), got md5"),
        ("host all all 10.0.0.1/33 md5", "expected a mask length of 0 to 32 behind 10.0.0.1/, got 10.0.0.1/33"),
        ("host all all 10.0.0.1/ md5", "expected a mask length of 0 to 32 behind 10.0.0.1/, got 10.0.0.1/"),
        ("host all all 10.0.0.0 ffff:: md5", "expected a mask for 10.0.0.0 (or write 10.0.0.0/32), got ffff::"),
        ("host all all db.example md5", "db.example is no address: host names are not looked up yet; expected an address with its mask, all, samehost or samenet"),
        ("host all all all ldap", "ldap does not exist yet in this version: expected trust, reject, password, md5, scram-sha-256, cert or pam"),
        ("host all all all peer", "expected trust, reject, password, md5, scram-sha-256, cert or pam, got peer"),
        ("host all all all md5 map=x", "md5 takes no options, got map=x"), ("host all all all cert", "cert needs a certificate, and so TLS: expected hostssl before it, got host"),
        ("host all +staff all md5", "members of a role cannot be looked up: expected users' names in place of +staff (in quotes it is a user's name)"),
        ("host samerole all all md5", "samerole is not supported: expected a name, or all (in quotes it is a name)"), ("host /x all all md5", "/x is not supported: expected a name, or all (in quotes it is a name)"),
        ("host \"all all all md5", "a quoted name has no closing quote"), ("host all, all", "expected a user, got the end of the line"), ("host all all all,all md5", "expected an address, got a list"),
        ("host a, all, all md5,", "expected a name behind the comma"), (", all", "expected a name before the comma"),
        ("host all all all pam x=1", "expected pamservice=NAME, got x=1"), ("host all all all pam pam_use_hostname=1", "host names are not looked up yet: expected pam_use_hostname=0, got pam_use_hostname=1"),
    ])
    func mistakes(_ text: String, _ expected: String) {
        let rules = read("# first\n" + text + "\nhost all all all reject")
        #expect(rules.diagnostics.map(\.description) == ["/etc/pool_hba.conf:2: \(expected)"])
    }

    @Test("pam names its service")
    func pam() {
        #expect(read("host all all all pam\nhost all all all pam pamservice=postgresql pam_use_hostname=0").rules.map(\.method) == [.pam(service: "pgpool"), .pam(service: "postgresql")])
    }

    @Test("A file that cannot be read lets nobody in and is an error")
    func missing() {
        let rules = HostRules(path: "/none", from: MemorySource(files: [:]))
        #expect(rules.rules.isEmpty && rules.diagnostics.map(\.severity) == [.error])
    }

    @Test("Any damage to a line is a mistake or another rule, never a trap")
    func damage() {
        let line = "hostssl shop,\"a b\" anna 10.0.0.0 255.0.0.0 pam pamservice=x"
        for index in line.indices {
            _ = read(String(line[..<index]))
            for insert in ["\"", ",", "#", "@", "/", "\\", " "] { _ = read(line.replacingCharacters(at: index, with: insert)) }
        }
    }
}

private extension String {
    func replacingCharacters(at index: Index, with text: String) -> String { String(self[..<index]) + text + String(self[self.index(after: index)...]) }
}
