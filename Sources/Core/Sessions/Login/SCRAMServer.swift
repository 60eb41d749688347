internal import Crypto

/// The server's side of SCRAM-SHA-256 without channel binding.
///
/// Pure: the server's nonce comes from the caller. What a client sends is hostile until the proof is checked: every malformed
/// message is a failure with a reason, never a trap (CVE-2026-6664 in another pooler).
/// Source: RFC 5802, RFC 7677.
struct SCRAMServer: Sendable {
    enum Failure: Error, Hashable {
        /// What is wrong with a message.
        case malformed(String)
        /// The client wants what SCRAM has and this server has not.
        case unsupported(String)
        case wrongProof
    }

    private let verifier: SCRAMVerifier
    private let nonce: String
    private var clientFirstBare: [UInt8] = []
    private var gs2Header: [UInt8] = []
    private var serverFirst: [UInt8] = []
    private var wholeNonce: [UInt8] = []

    /// `nonce`: printable random characters without a comma.
    init(_ verifier: SCRAMVerifier, nonce: String) {
        self.verifier = verifier
        self.nonce = nonce
    }

    /// Takes the client-first-message, and returns the server-first-message.
    mutating func challenge(_ clientFirst: [UInt8]) throws(Failure) -> [UInt8] {
        var attributes = SCRAMAttributes(clientFirst)
        let flag = attributes.takeToComma()
        switch flag.first {
        // `y`: the client could bind to the channel and saw that we do not offer it. That is so.
        case UInt8(ascii: "n") where flag.count == 1, UInt8(ascii: "y") where flag.count == 1: break
        case UInt8(ascii: "p"): throw .unsupported("the client requires channel binding, which was not offered")
        default: throw .malformed("the channel-binding flag was expected to be n or y")
        }
        guard attributes.takeToComma().isEmpty else { throw .unsupported("the client uses an authorization identity, which is not supported") }
        gs2Header = flag + Array(",,".utf8)
        clientFirstBare = Array(clientFirst.dropFirst(gs2Header.count))
        if attributes.nextName == "m" { throw .unsupported("the client requires a SCRAM extension that is not supported") }
        // The name is that of the startup packet, whatever stands here.
        _ = try attributes.value(of: "n")
        let clientNonce = try attributes.value(of: "r")
        guard !clientNonce.isEmpty, clientNonce.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .malformed("the client's nonce is not printable") }
        wholeNonce = clientNonce + Array(nonce.utf8)
        serverFirst = Array("r=".utf8) + wholeNonce + Array(",s=\(Base64.encode(verifier.salt)),i=\(verifier.iterations)".utf8)
        return serverFirst
    }

    /// Takes the client-final-message: the server's own proof, and the client's key that was in the proof.
    func check(_ clientFinal: [UInt8]) throws(Failure) -> (serverFinal: [UInt8], clientKey: [UInt8]) {
        precondition(!serverFirst.isEmpty, "a proof before the challenge")
        var attributes = SCRAMAttributes(clientFinal)
        let binding = try attributes.value(of: "c"), nonce = try attributes.value(of: "r")
        guard Base64.decode(String(decoding: binding, as: UTF8.self)) == gs2Header else { throw .malformed("the channel binding is not what was agreed") }
        guard nonce == wholeNonce else { throw .malformed("the nonce is not the one of this exchange") }
        while let name = attributes.nextName, name != "p" { _ = try attributes.value(of: name) }
        let encoded = try attributes.value(of: "p")
        guard attributes.isAtEnd, clientFinal.last != UInt8(ascii: ","), let proof = Base64.decode(String(decoding: encoded, as: UTF8.self)),
              proof.count == verifier.storedKey.count else { throw .malformed("the proof is not \(verifier.storedKey.count) bytes at the end of the message") }
        let withoutProof = clientFinal.dropLast(encoded.count + ",p=".utf8.count)
        let comma = [UInt8(ascii: ",")]
        let message = clientFirstBare + comma + serverFirst + comma + withoutProof
        let signature = SCRAMKeys.hmac(verifier.storedKey, message)
        let clientKey = zip(proof, signature).map { $0 ^ $1 }
        guard isSameSecret(Array(SHA256.hash(data: clientKey)), verifier.storedKey) else { throw .wrongProof }
        return (Array("v=\(Base64.encode(SCRAMKeys.hmac(verifier.serverKey, message)))".utf8), clientKey)
    }
}
