import Foundation
import Sessions
import Settings
import Testing
@testable import Credentials

@Suite("Writing pool_passwd")
struct PoolPasswdTextTests {
    @Test("A user's line is replaced where it stands, added at the end, or removed; the rest stays as it is")
    func edits() throws {
        var text = PoolPasswdText("# users\nanna:TEXTone\n\nbert:TEXTtwo\nanna:TEXTthree")
        #expect(try text.set("anna", to: "md5x"))
        #expect(text.text == "# users\nanna:md5x\n\nbert:TEXTtwo")
        #expect(try !text.set("carl", to: "TEXTc:d"))
        #expect(text.text == "# users\nanna:md5x\n\nbert:TEXTtwo\ncarl:TEXTc:d\n")
        let removed = text.remove("bert"), again = text.remove("bert")
        #expect(removed && !again)
        #expect(text.text == "# users\nanna:md5x\n\ncarl:TEXTc:d\n")
        var empty = PoolPasswdText("")
        #expect(try !empty.set("anna", to: "x"))
        #expect(empty.text == "anna:x\n")
    }

    @Test("What would make another line is refused", arguments: [("", "x"), (" ", "x"), ("a:b", "x"), ("a\nb", "x"), ("#a", "x"), ("a\0", "x"), ("a", ""), ("a", "x\ny"), ("a", "x\ry"), ("a", "x\0y")])
    func refusals(_ user: String, _ secret: String) {
        var text = PoolPasswdText("")
        #expect(throws: PoolPasswdText.Refusal.self) { try text.set(user, to: secret) }
        #expect(text.text == "")
    }

    @Test("A file is replaced as a whole: the mode stays where others cannot read it, a link stays a link, and a failure leaves the old one")
    func file() throws {
        let folder = NSTemporaryDirectory() + "secretfile-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record("\(error)") } }
        func mode(_ name: String) throws -> Int? { try FileManager.default.attributesOfItem(atPath: folder + name)[.posixPermissions] as? Int }
        let file = SecretFile(path: folder + "/p")
        try file.update { _ in "one" }
        #expect(try mode("/p") == 0o600)
        for (before, after) in [(0o400, 0o400), (0o644, 0o600), (0o666, 0o600)] {
            try FileManager.default.setAttributes([.posixPermissions: before], ofItemAtPath: folder + "/p")
            try file.update { $0 + "+" }
            #expect(try mode("/p") == after)
        }
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/p")
        try SecretFile(path: folder + "/link").update { $0 + "!" }
        #expect(try String(contentsOfFile: folder + "/p", encoding: .utf8) == "one+++!")
        #expect(throws: PoolPasswdText.Refusal.self) { try file.update { _ in throw PoolPasswdText.Refusal.badUser } }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["link", "p"], "no leftovers")
        #expect(throws: SecretFile.Failure.self) { try SecretFile(path: folder + "/none/p").update { $0 } }
    }

    @Test("What is written is read again as the same secret")
    func forms() throws {
        let folder = NSTemporaryDirectory() + "forms-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record("\(error)") } }
        try SecretFile(path: folder + "/key").update { _ in "my secret key\n" }
        let keyFile = PoolKeyFile(named: folder + "/key")
        for password in ["pencil", "TEXTually", "md5sum", "a:b", "ä\u{A0}ﬁ", "AES"] {
            try SecretFile(path: folder + "/p").update { _ in
                var text = PoolPasswdText("")
                for form in SecretForm.allCases { _ = try text.set(form.rawValue, to: form.secret(of: password, user: form.rawValue, salt: [1, 2, 3], key: { try keyFile.read().get() })) }
                return text.text
            }
            let known = KnownSecrets(PoolPasswd(path: folder + "/p"), key: keyFile)
            #expect(known.diagnostics.isEmpty)
            #expect(known.secrets["text"]?.clearText == password && known.secrets["aes"]?.clearText == password)
            guard case .verifier(let verifier) = known.secrets["scram-sha-256"] else { Issue.record("no verifier"); continue }
            #expect(verifier.isSatisfied(by: ClearPassword(normalising: password)) && !verifier.isSatisfied(by: ClearPassword("other")))
            guard case .md5 = known.secrets["md5"] else { Issue.record("no digest"); continue }
        }
    }

    @Test("An entry that cannot be used is an error at its line, without the secret")
    func unusable() throws {
        let folder = NSTemporaryDirectory() + "unusable-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record("\(error)") } }
        try SecretFile(path: folder + "/p").update { _ in "a:AESbuA5AYpoNoHm0NwcEfn3AQ==\nb:SCRAM-SHA-256$broken\nc:TEXTc" }
        let without = KnownSecrets(PoolPasswd(path: folder + "/p"), key: PoolKeyFile(named: folder + "/none"))
        #expect(without.diagnostics.map(\.place.line) == [1, 2] && without.secrets.keys.sorted() == ["c"])
        #expect(without.diagnostics[0].message.contains("\(folder)/none cannot be read"))
        try SecretFile(path: folder + "/key").update { _ in "another\n" }
        let wrong = KnownSecrets(PoolPasswd(path: folder + "/p"), key: PoolKeyFile(named: folder + "/key"))
        #expect(wrong.diagnostics.first?.message.contains("does not decrypt it") == true)
        #expect(!"\(without.diagnostics)\(wrong.diagnostics)".contains("buA5"))
        let home = PoolKeyFile(named: "", environment: ["HOME": "/h"]), given = PoolKeyFile(named: "", environment: ["HOME": "/h", "PGPOOLKEYFILE": "/k"])
        #expect(home.path == "/h/.pgpoolkey" && given.path == "/k" && PoolKeyFile(named: "/n", environment: ["PGPOOLKEYFILE": "/k"]).path == "/n")
    }
}
