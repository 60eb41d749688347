/// What a node asks for to let somebody in.
package enum AuthenticationRequest: Hashable, Sendable {
    case ok
    case cleartextPassword
    case md5Password(salt: [UInt8])
    case sasl(mechanisms: [String])
    case saslContinue([UInt8])
    case saslFinal([UInt8])
    /// Kerberos, GSSAPI, SSPI and whatever comes.
    case other(Int32)

    package init(body: UnsafeRawBufferPointer) throws(WireViolation) {
        var reader = FieldReader(body, of: "authentication request")
        switch try reader.int32() {
        case 0: self = .ok
        case 3: self = .cleartextPassword
        case 5:
            let salt = Array(reader.rest())
            guard salt.count == 4 else { throw .malformed("authentication request") }
            self = .md5Password(salt: salt)
            return
        case 10:
            var names: [String] = []
            while true {
                let name = try reader.string()
                if name.isEmpty { break }
                names.append(name)
            }
            self = .sasl(mechanisms: names)
        case 11:
            self = .saslContinue(Array(reader.rest()))
        case 12:
            self = .saslFinal(Array(reader.rest()))
        case let other:
            self = .other(other)
            return
        }
        try reader.end()
    }

    /// The body of a request for SASL without the mechanisms that bind to the channel it came by; nil for any other request.
    /// Who passes it on has another channel with the client.
    package static func withoutChannelBinding(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> [UInt8]? {
        guard case .sasl(let mechanisms) = try AuthenticationRequest(body: body) else { return nil }
        let names = mechanisms.filter { !$0.hasSuffix("-PLUS") }
        return [0, 0, 0, 10] + names.flatMap { Array($0.utf8) + [0] } + [0]
    }

    /// Whether the node wants something proved, now or in a later round.
    package var isOK: Bool { self == .ok }
}
