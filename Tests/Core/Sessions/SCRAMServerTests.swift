import Testing
@testable import Sessions

@Suite("SCRAM, the server's side")
struct SCRAMServerTests {
    private let salt = Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ==") ?? []
    private var verifier: SCRAMVerifier { SCRAMVerifier(ClearPassword("pencil"), salt: salt) }

    @Test("The exchange of RFC 7677 goes through, message for message, and gives the client's key away")
    func vector() throws {
        var server = SCRAMServer(verifier, nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0")
        let challenge = try server.challenge(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        #expect(String(decoding: challenge, as: UTF8.self) == "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
        let (final, key) = try server.check(Array("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=".utf8))
        #expect(String(decoding: final, as: UTF8.self) == "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
        #expect(key == SCRAMKeys(SCRAMOrigin(password: "pencil", salt: salt, iterations: 4096)).clientKey)
    }

    @Test("A verifier is read and written as PostgreSQL does")
    func form() throws {
        // The keys of RFC 7677's example.
        let text = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        let read = try #require(SCRAMVerifier(text))
        #expect(read == verifier && read.text == text)
        #expect(read.isSatisfied(by: ClearPassword("pencil")) && !read.isSatisfied(by: ClearPassword("pencils")))
    }

    @Test("Any salt length and number of iterations is served", arguments: [(1, 1), (9, 1), (16, 2), (60, 5000), (200, 3)])
    func shapes(_ length: Int, _ iterations: Int) throws {
        let salt = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let verifier = SCRAMVerifier(ClearPassword("secret"), salt: salt, iterations: iterations)
        #expect(SCRAMVerifier(verifier.text) == verifier)
        var server = SCRAMServer(verifier, nonce: "theirs"), client = SCRAMExchange(nonce: "ours")
        let challenge = try server.challenge(client.clientFirst)
        let proof = try client.respond(to: challenge) { SCRAMKeys(SCRAMOrigin(password: "secret", salt: $0, iterations: $1)) }
        try client.finish(try server.check(proof).serverFinal)
    }

    @Test("What is no verifier is not taken for one", arguments: [
        "", "SCRAM-SHA-256", "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA", "SCRAM-SHA-1$1:AAAA$x:y", "SCRAM-SHA-256$0:AAAA$K:K", "SCRAM-SHA-256$-1:AAAA$K:K",
        "SCRAM-SHA-256$99999999999:AAAA$K:K", "SCRAM-SHA-256$1:$K:K", "SCRAM-SHA-256$1:!$K:K", "SCRAM-SHA-256$1:AAAA$K", "SCRAM-SHA-256$1$K:K", "SCRAM-SHA-256$1:AAAA$K:K$",
    ])
    func broken(_ text: String) {
        let key = "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY="
        #expect(SCRAMVerifier(text.replacing("K", with: key)) == nil)
    }

    @Test("A malformed first message is refused, whatever it is", arguments: [
        "", ",", "n", "n,", "n,,", "n,,n", "n,,n=", "n,,n=,", "n,,n=,r", "n,,n=,r=", "n,,r=abc", "n,,r=abc,n=", "x,,n=,r=abc", "nn,,n=,r=abc", "y", "n,,n=,r=a\u{7}c", "n,,n=,r=ä", "nonsense",
    ])
    func malformedFirst(_ text: String) {
        var server = SCRAMServer(verifier, nonce: "theirs")
        let failure = #expect(throws: SCRAMServer.Failure.self) { try server.challenge(Array(text.utf8)) }
        if case .malformed = failure {} else { Issue.record("\(text): \(String(describing: failure))") }
    }

    @Test("Channel binding, an identity of another and unknown extensions are refused as what they are", arguments: ["p=tls-server-end-point,,n=,r=abc", "n,a=other,n=,r=abc", "n,,m=x,n=,r=abc"])
    func unsupported(_ text: String) {
        var server = SCRAMServer(verifier, nonce: "theirs")
        let failure = #expect(throws: SCRAMServer.Failure.self) { try server.challenge(Array(text.utf8)) }
        if case .unsupported = failure {} else { Issue.record("\(text): \(String(describing: failure))") }
    }

    @Test("Every truncation and every flipped bit of a right proof is refused, and none of them traps")
    func damagedProof() throws {
        let verifier = SCRAMVerifier(ClearPassword("secret"), salt: [1, 2, 3], iterations: 1)
        var server = SCRAMServer(verifier, nonce: "theirs"), client = SCRAMExchange(nonce: "ours")
        let challenge = try server.challenge(client.clientFirst)
        let proof = try client.respond(to: challenge) { SCRAMKeys(SCRAMOrigin(password: "secret", salt: $0, iterations: $1)) }
        _ = try server.check(proof)
        for count in 0..<proof.count { #expect(throws: SCRAMServer.Failure.self, "\(count) bytes") { try server.check(Array(proof.prefix(count))) } }
        for index in proof.indices {
            for bit in 0..<8 {
                var damaged = proof
                damaged[index] ^= 1 << bit
                // The last symbol of base64 has bits that mean nothing: the proof is the same.
                if index == proof.count - 2, Base64.decode(String(decoding: damaged.suffix(44), as: UTF8.self)) == Base64.decode(String(decoding: proof.suffix(44), as: UTF8.self)) { continue }
                #expect(throws: SCRAMServer.Failure.self, "bit \(bit) of byte \(index)") { try server.check(damaged) }
            }
        }
        for tail in [",", ",x=y", "=", " "] { #expect(throws: SCRAMServer.Failure.self) { try server.check(proof + Array(tail.utf8)) } }
    }

    @Test("The mock of a user is the same each time, differs from user to user and from process to process, and no password satisfies it")
    func mock() {
        let one = SCRAMVerifier.mock(user: "anna", seed: [1, 2, 3])
        #expect(one == SCRAMVerifier.mock(user: "anna", seed: [1, 2, 3]))
        #expect(one.salt != SCRAMVerifier.mock(user: "bert", seed: [1, 2, 3]).salt && one.salt != SCRAMVerifier.mock(user: "anna", seed: [1, 2, 4]).salt)
        #expect(one.salt.count == 16 && one.iterations == 4096)
        #expect(!one.isSatisfied(by: ClearPassword("")) && !one.isSatisfied(by: ClearPassword("anna")))
    }
}
