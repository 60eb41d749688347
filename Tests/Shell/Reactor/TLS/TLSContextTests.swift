import Foundation
import TestSupport
import Testing
@testable import Reactor

@Suite("TLSContext")
struct TLSContextTests {
    private let files: Certificates

    init() async throws { files = try await Certificates.made() }

    private func refusal(_ change: (inout TLSServerMaterial) -> Void) -> String {
        var material = TLSServerMaterial.test(files)
        change(&material)
        do throws(TLSError) {
            _ = try TLSContext(server: material)
            return "taken"
        } catch { return error.description }
    }

    @Test("Material that cannot be used is refused with the file and the reason")
    func refused() {
        #expect(refusal { $0.certificate = "" }.contains("set ssl_cert and ssl_key"))
        #expect(refusal { $0.certificate = "/nowhere.crt" } == "cannot use the certificate /nowhere.crt: No such file or directory")
        #expect(refusal { $0.certificate = files("server.key") }.hasPrefix("cannot use the certificate \(files("server.key")): "))
        #expect(refusal { $0.key = "/nowhere.key" }.contains("cannot read the private key /nowhere.key: No such file"))
        #expect(refusal { $0.key = files("alice.key") }.contains("values mismatch"))
        #expect(refusal { $0.authorities.file = "/nowhere.crt" }.contains("cannot use the certificates of authorities in /nowhere.crt"))
        #expect(refusal { $0.authorities.directory = "/nowhere" }.contains("directory of certificates of authorities /nowhere: No such file"))
        #expect(refusal { ($0.authorities.file, $0.authorities.revocations) = (files("ca.crt"), "/nowhere.crl") }.contains("revocation list /nowhere.crl"))
        #expect(refusal { $0.ciphers = "NONSENSE" }.contains("ssl_ciphers 'NONSENSE': no cipher match"))
        #expect(refusal { $0.curve = "nonsense" }.contains("ssl_ecdh_curve 'nonsense'"))
        #expect(refusal { $0.dhParameters = files("server.crt") }.contains("ssl_dh_params_file"))
    }

    @Test("Everything at once is taken")
    func whole() {
        #expect(refusal {
            $0.authorities.file = files("ca.crt")
            $0.authorities.directory = files.folder
            $0.authorities.revocations = files("ca.crl")
            $0.prefersOwnCiphers = true
            $0.curve = "prime256v1:secp384r1"
            $0.dhParameters = files("dh.pem")
            $0.leastVersion = .tls13
        } == "taken")
    }

    @Test("A private key that others can read is refused with the remedy", arguments: [0o644, 0o640, 0o660, 0o601])
    func keyMode(_ mode: Int) throws {
        let copy = files("mode-\(mode).key")
        try FileManager.default.copyItem(atPath: files("server.key"), toPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: copy)
        let words = refusal { $0.key = copy }
        // A group may read what root owns.
        if mode == 0o640, getuid() == 0 { #expect(words == "taken") } else { #expect(words.contains("has mode 0\(String(mode, radix: 8)): chmod 600 it")) }
    }

    @Test("A locked key is opened by the command's answer, and each failure of it is named")
    func passphrase() {
        #expect(refusal { $0.key = files("locked.key") }.contains("is encrypted: set ssl_passphrase_command"))
        #expect(refusal { ($0.key, $0.passphraseCommand) = (files("locked.key"), "echo sesame") } == "taken")
        #expect(refusal { ($0.key, $0.passphraseCommand) = (files("locked.key"), "echo '%p' | grep -q '\(files("locked.key"))' && echo sesame") } == "taken")
        #expect(refusal { ($0.key, $0.passphraseCommand) = (files("locked.key"), "echo wrong") }.hasPrefix("cannot use the private key"))
        #expect(refusal { ($0.key, $0.passphraseCommand) = (files("locked.key"), "exit 3") } == "ssl_passphrase_command failed with status 3")
        #expect(refusal { ($0.key, $0.passphraseCommand) = (files("locked.key"), "yes") }.contains("did not print one line"))
    }

    @Test("The prompt and percent signs of a passphrase command are filled in", arguments: [
        ("a %p b", "a Enter PEM pass phrase for /k: b"), ("100%%", "100%"), ("%x%", "%x%"), ("%%p", "%p"),
    ])
    func prompt(_ command: String, _ expanded: String) { #expect(PassphraseCommand.expand(command, key: "/k") == expanded) }

    @Test("A mode that checks certificates needs somebody to trust", arguments: [NodeTLS.Mode.verifyCA, .verifyFull])
    func noAuthority(_ mode: NodeTLS.Mode) {
        #expect(throws: TLSError.self) { try NodeTLS(mode, TLSClientMaterial()) }
    }

    @Test("The binding of SCRAM is the certificate's SHA-256")
    func endPoint() throws {
        #expect(try TLSContext(server: .test(files)).endPointHash.count == 32)
        #expect(try TLSContext(client: .test(files)).endPointHash.isEmpty)
    }
}
