import Testing
@testable import Sessions

@Suite("SCRAM, MD5 and base64")
struct SCRAMExchangeTests {
    /// RFC 7677, section 3; PostgreSQL's client sends no user name, so proofs differ and only the keys can be compared.
    private let salt: [UInt8] = Base64.decode("W22ZaJ0SNY7soEsUEjb6gQ==") ?? []

    private func challenge(_ nonce: String = "ours-theirs", iterations: Int = 4096) -> [UInt8] {
        Array("r=\(nonce),s=W22ZaJ0SNY7soEsUEjb6gQ==,i=\(iterations)".utf8)
    }

    private func keys(_ salt: [UInt8], _ iterations: Int) -> SCRAMKeys { SCRAMKeys(SCRAMOrigin(password: "pencil", salt: salt, iterations: iterations)) }

    @Test("Keys and signatures are those of RFC 7677")
    func vector() {
        let keys = keys(salt, 4096)
        let message = Array("n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0".utf8)
        let proof = zip(keys.clientKey, SCRAMKeys.hmac(keys.storedKey, message)).map { $0 ^ $1 }
        #expect(Base64.encode(proof) == "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
        #expect(Base64.encode(SCRAMKeys.hmac(keys.serverKey, message)) == "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
    }

    @Test("A server that proves itself is believed, one that does not is not")
    func serverProof() throws {
        var exchange = SCRAMExchange(nonce: "ours")
        let answer = String(decoding: try exchange.respond(to: challenge(), keys: keys), as: UTF8.self)
        #expect(answer.hasPrefix("c=biws,r=ours-theirs,p="))
        let message = Array("n=,r=ours,r=ours-theirs,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=ours-theirs".utf8)
        let right = SCRAMKeys.hmac(keys(salt, 4096).serverKey, message)
        try exchange.finish(Array("v=\(Base64.encode(right))".utf8))
        var wrong = right
        wrong[31] ^= 1
        #expect(throws: SCRAMExchange.Failure.wrongServerSignature) { try exchange.finish(Array("v=\(Base64.encode(wrong))".utf8)) }
        #expect(throws: SCRAMExchange.Failure.refused("other-error")) { try exchange.finish(Array("e=other-error".utf8)) }
        #expect(throws: SCRAMExchange.Failure.wrongServerSignature) { try SCRAMExchange(nonce: "ours").finish(Array("v=".utf8)) }
    }

    @Test("A challenge that is not for us, or asks too much, is refused")
    func challenges() {
        var exchange = SCRAMExchange(nonce: "ours")
        #expect(throws: SCRAMExchange.Failure.foreignNonce) { try exchange.respond(to: challenge("theirs"), keys: keys) }
        #expect(throws: SCRAMExchange.Failure.foreignNonce) { try exchange.respond(to: challenge("ours"), keys: keys) }
        #expect(throws: SCRAMExchange.Failure.tooManyIterations(100_001)) { try exchange.respond(to: challenge(iterations: 100_001), keys: keys) }
        for text in ["", "r=ours-x", "r=ours-x,s=!,i=1", "r=ours-x,s=AAAA,i=0", "r=ours-x,s=AAAA,i=x"] {
            #expect(throws: SCRAMExchange.Failure.malformed("server-first-message"), "\(text)") { try exchange.respond(to: Array(text.utf8), keys: keys) }
        }
    }

    @Test("Base64 goes there and back, and refuses what it is not")
    func base64() {
        for count in 0..<20 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        #expect(Base64.encode(Array("foobar".utf8)) == "Zm9vYmFy" && Base64.encode(Array("foob".utf8)) == "Zm9vYg==")
        for text in ["A", "AAA", "A===", "AA=A", "=AAA", "AA!A", "===="] { #expect(Base64.decode(text) == nil, "\(text)") }
    }

    @Test("The md5 answer is PostgreSQL's")
    func md5() {
        // select 'md5' || md5(md5('secret' || 'anna') || '\x01020304'::bytea)
        #expect(MD5Password.answer(user: "anna", password: "secret", salt: [1, 2, 3, 4]) == Self.expected)
    }

    private static let expected = "md57a40e687695f2126a3421c7f4bc9861e"
}
