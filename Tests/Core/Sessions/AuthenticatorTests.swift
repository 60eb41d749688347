import PostgresWire
import Settings
import Testing
@testable import Sessions

@Suite("Authenticator")
struct AuthenticatorTests {
    private struct Text: ConfigurationSource {
        let text: String
        func contents(of file: String) -> Result<String, Unreadable> { .success(text) }
        func exists(_ file: String) -> Bool { true }
        func entries(of directory: String) -> Result<[String], Unreadable> { .success([]) }
        func access(to file: String) -> FileAccess? { nil }
    }

    private let clear = UserSecret.clear(ClearPassword("pencil"))
    private let digest = UserSecret.md5("md5" + String(repeating: "0", count: 32))

    private func authenticator(rules: String?, query: Bool = false, clearText: Bool = false) -> Authenticator {
        let policy = rules.map { Authenticator.Policy.rules(HostRules(path: "/hba", from: Text(text: $0))) } ?? .knowledge(allowsClearText: clearText)
        return Authenticator(policy, secrets: ["anna": clear, "bert": digest], hasQuery: query, seed: [1])
    }

    private func applicant(_ user: String, _ database: String = "shop", from address: String? = "10.0.0.7", certificate: String? = nil) -> Authenticator.Applicant {
        Authenticator.Applicant(HostRule.Applicant(user: user, database: database, address: address.flatMap { NetworkAddress($0) }, isEncrypted: false), certificateName: certificate)
    }

    @Test("Without rules who is known proves it here, by what his secret is good for, and others at the node")
    func knowledge() {
        let authenticator = authenticator(rules: nil)
        #expect(authenticator.verdict(for: applicant("anna")) == .logIn(.scram(clear)))
        #expect(authenticator.verdict(for: applicant("bert")) == .logIn(.md5(digest)))
        #expect(authenticator.verdict(for: applicant("zoe")) == .relay)
        #expect(self.authenticator(rules: nil, clearText: true).verdict(for: applicant("zoe")) == .logIn(.password(nil)))
    }

    @Test("With rules the first that matches names the method; none, or reject, is a refusal that says for whom")
    func rules() {
        let authenticator = authenticator(rules: "local all all trust\nhost shop carl all reject\nhost shop all all scram-sha-256\nhost till all all md5")
        #expect(authenticator.verdict(for: applicant("anna", from: nil)) == .logIn(.trust(clear)))
        #expect(authenticator.verdict(for: applicant("anna")) == .logIn(.scram(clear)))
        #expect(authenticator.verdict(for: applicant("zoe")) == .logIn(.scram(nil)), "who is not known is asked all the same")
        #expect(authenticator.verdict(for: applicant("bert", "till")) == .logIn(.md5(digest)))
        guard case .refuse(let rejected, _) = authenticator.verdict(for: applicant("carl")) else { Issue.record("not refused"); return }
        #expect(rejected == ErrorMessage(.fatal, .invalidAuthorization, "pool_hba.conf rejects connection for host \"10.0.0.7\", user \"carl\", database \"shop\", no encryption"))
        guard case .refuse(let none, _) = authenticator.verdict(for: applicant("anna", "else")) else { Issue.record("not refused"); return }
        #expect(none.message == "no pool_hba.conf entry for host \"10.0.0.7\", user \"anna\", database \"else\", no encryption")
    }

    @Test("auth_query is asked for whom pool_passwd does not know, unless it cannot matter")
    func query() {
        let free = authenticator(rules: nil, query: true), ruled = authenticator(rules: "host shop carl all reject\nhost shop all all md5", query: true)
        #expect(free.verdict(for: applicant("anna")) == .logIn(.scram(clear)))
        #expect(free.verdict(for: applicant("zoe")) == .lookUp)
        #expect(free.verdict(for: applicant("zoe"), found: digest) == .logIn(.md5(digest)))
        #expect(free.verdict(for: applicant("zoe"), found: nil) == .relay)
        #expect(ruled.verdict(for: applicant("zoe")) == .lookUp)
        #expect(ruled.verdict(for: applicant("zoe"), found: nil) == .logIn(.md5(nil)))
        for refused in [applicant("carl"), applicant("zoe", "else")] {
            guard case .refuse = ruled.verdict(for: refused) else { Issue.record("a query for \(refused)"); return }
        }
    }

    @Test("A certificate's name comes from TLS alone")
    func certificate() {
        let authenticator = Authenticator(.rules(HostRules(path: "/hba", from: Text(text: "hostssl all all all cert"))), secrets: [:], hasQuery: false, seed: [])
        let encrypted = HostRule.Applicant(user: "anna", database: "shop", address: .v4(1), isEncrypted: true)
        #expect(authenticator.verdict(for: Authenticator.Applicant(encrypted, certificateName: "anna")) == .logIn(.certificate(commonName: "anna", nil)))
        #expect(authenticator.verdict(for: Authenticator.Applicant(encrypted)) == .logIn(.certificate(commonName: nil, nil)))
    }

    @Test("What SCRAM needs can be derived before a user comes")
    func origins() {
        let origins = authenticator(rules: nil).origins
        #expect(origins.map(\.iterations) == [4096] && origins.first?.salt == SCRAMVerifier.mock(user: "anna", seed: [1]).salt)
    }
}
