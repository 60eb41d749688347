/// The server-first-message of SCRAM: what the proof has to be made of.
struct SCRAMChallenge: Hashable, Sendable {
    let text: String
    /// The client's nonce, and the server's behind it.
    let nonce: String
    let salt: [UInt8]
    let iterations: Int

    init(_ message: [UInt8]) throws(SCRAMExchange.Failure) {
        text = String(decoding: message, as: UTF8.self)
        let fields = Self.fields(text)
        guard let nonce = fields["r"], let salt = fields["s"].flatMap(Base64.decode), let count = fields["i"].flatMap({ Int($0) }), count > 0 else {
            throw .malformed("server-first-message")
        }
        self.nonce = nonce
        self.salt = salt
        iterations = count
    }

    /// Nil for one that cannot be read, or that asks for more than we would do.
    static func readable(_ message: [UInt8]) -> SCRAMChallenge? {
        do throws(SCRAMExchange.Failure) {
            let challenge = try SCRAMChallenge(message)
            return challenge.iterations <= SCRAMExchange.mostIterations ? challenge : nil
        } catch { return nil }
    }

    static func fields(_ text: String) -> [Character: String] {
        var fields: [Character: String] = [:]
        for field in text.split(separator: ",") {
            guard let name = field.first, field.dropFirst().first == "=" else { continue }
            fields[name] = String(field.dropFirst(2))
        }
        return fields
    }
}
