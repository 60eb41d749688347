/// What the proxy asks a frontend for, in a node's place.
///
/// Source: PostgreSQL manual, "Message Formats", Authentication….
extension MessageWriter {
    /// AuthenticationCleartextPassword.
    package mutating func askCleartextPassword() { message(.authentication) { $0.int32(3) } }

    /// AuthenticationMD5Password; `salt` has four bytes.
    package mutating func askMD5Password(salt: [UInt8]) {
        message(.authentication) { body in
            body.int32(5)
            body.raw(salt)
        }
    }

    /// AuthenticationSASL: the mechanisms a client may choose from.
    package mutating func offerSASL(_ mechanisms: [String]) {
        message(.authentication) { body in
            body.int32(10)
            for mechanism in mechanisms { body.string(mechanism) }
            body.byte(0)
        }
    }

    /// AuthenticationSASLContinue.
    package mutating func continueSASL(_ challenge: [UInt8]) {
        message(.authentication) { body in
            body.int32(11)
            body.raw(challenge)
        }
    }

    /// AuthenticationSASLFinal.
    package mutating func finishSASL(_ proof: [UInt8]) {
        message(.authentication) { body in
            body.int32(12)
            body.raw(proof)
        }
    }
}
