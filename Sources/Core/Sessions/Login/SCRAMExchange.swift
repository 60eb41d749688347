internal import Crypto

/// The client's side of SCRAM-SHA-256 without channel binding; the server proves itself too.
///
/// Source: RFC 5802, RFC 7677; PostgreSQL manual, "SASL Authentication". Passwords come
/// as SASLprep leaves them.
struct SCRAMExchange: Sendable {
    enum Failure: Error, Hashable {
        case malformed(String)
        /// The server's nonce does not begin with ours: somebody replays an old exchange.
        case foreignNonce
        case tooManyIterations(Int)
        /// The server does not know the password either: it is not who it says.
        case wrongServerSignature
        case refused(String)
        /// The keys are those of another verifier.
        case foreignVerifier
    }

    /// More iterations than this would hold up every session of the loop for a tenth of a second.
    static let mostIterations = 100_000

    static let mechanism = "SCRAM-SHA-256"

    private let nonce: String
    private var firstBare: String { "n=,r=\(nonce)" }
    private var serverSignature: [UInt8] = []

    /// `nonce`: printable random characters without a comma, fresh for each exchange.
    init(nonce: String) { self.nonce = nonce }

    var clientFirst: [UInt8] { Array("n,,\(firstBare)".utf8) }

    /// Answers the server's challenge. `keys` derives, or remembers, what the password, salt and iterations give.
    mutating func respond(to serverFirst: [UInt8], keys: (_ salt: [UInt8], _ iterations: Int) throws(Failure) -> SCRAMKeys) throws(Failure) -> [UInt8] {
        let challenge = try SCRAMChallenge(serverFirst)
        guard challenge.nonce.hasPrefix(nonce), challenge.nonce.utf8.count > nonce.utf8.count else { throw .foreignNonce }
        guard challenge.iterations <= Self.mostIterations else { throw .tooManyIterations(challenge.iterations) }
        let keys = try keys(challenge.salt, challenge.iterations)
        let withoutProof = "c=biws,r=\(challenge.nonce)"
        let message = Array("\(firstBare),\(challenge.text),\(withoutProof)".utf8)
        serverSignature = SCRAMKeys.hmac(keys.serverKey, message)
        let proof = zip(keys.clientKey, SCRAMKeys.hmac(keys.storedKey, message)).map { $0 ^ $1 }
        return Array("\(withoutProof),p=\(Base64.encode(proof))".utf8)
    }

    /// Checks the server's own proof.
    func finish(_ serverFinal: [UInt8]) throws(Failure) {
        let fields = SCRAMChallenge.fields(String(decoding: serverFinal, as: UTF8.self))
        if let error = fields["e"] { throw .refused(error) }
        guard let signature = fields["v"].flatMap(Base64.decode) else { throw .malformed("server-final-message") }
        guard !serverSignature.isEmpty, isSameSecret(signature, serverSignature) else { throw .wrongServerSignature }
    }
}
