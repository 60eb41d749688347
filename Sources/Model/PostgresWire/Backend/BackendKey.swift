/// What a cancel request must know: the process number and the secret of a BackendKeyData.
///
/// A secret has 4 bytes in protocol 3.0 and up to 256 in 3.2. Those of 4 bytes need no memory of their own: an idle
/// frontend of protocol 3.0 costs none.
/// Source: PostgreSQL manual, "Message Formats", BackendKeyData and CancelRequest.
package struct BackendKey: Hashable, Sendable {
    /// What a secret may have, in bytes.
    package static let lengths = 4...256
    /// The secret of a client of protocol 3.2, as PostgreSQL itself makes it.
    package static let longLength = 32

    package let process: Int32
    /// The first four bytes of the secret, network order, and those behind them.
    private let word: Int32
    private let rest: [UInt8]

    /// A key of protocol 3.0.
    package init(process: Int32, secret: Int32) {
        self.process = process
        word = secret
        rest = []
    }

    /// nil where no secret has that many bytes.
    package init?(process: Int32, secret: [UInt8]) {
        guard Self.lengths.contains(secret.count) else { return nil }
        self.process = process
        word = Self.word(secret)
        rest = Array(secret[4...])
    }

    /// A new key: of protocol 3.0, or of 3.2 where it may be long. `chance` gives as many random bytes as it is asked for, the system's or as good.
    package init(process: Int32, isLong: Bool, _ chance: (Int) -> [UInt8]) {
        let secret = chance(isLong ? Self.longLength : Self.lengths.lowerBound)
        self.process = process
        word = Self.word(secret)
        rest = Array(secret[4...])
    }

    private static func word(_ secret: [UInt8]) -> Int32 { secret[..<4].reduce(0) { $0 << 8 | Int32($1) } }

    /// Reads the body of a BackendKeyData.
    package init(body: UnsafeRawBufferPointer) throws(WireViolation) {
        var reader = FieldReader(body, of: "BackendKeyData")
        try self.init(&reader, of: "BackendKeyData")
    }

    /// Reads process number and secret, up to the end.
    init(_ reader: inout FieldReader, of what: String) throws(WireViolation) {
        process = try reader.int32()
        word = try reader.int32()
        rest = Array(reader.rest())
        guard rest.count <= Self.lengths.upperBound - 4 else { throw .malformed(what) }
    }

    /// The secret's bytes.
    package var secret: [UInt8] { withUnsafeBytes(of: word.bigEndian, Array.init) + rest }

    /// Whether this is the other key, in a time that does not depend on how much of it was guessed.
    package func matches(_ other: BackendKey) -> Bool {
        guard rest.count == other.rest.count else { return false }
        var difference = UInt32(bitPattern: process ^ other.process) | UInt32(bitPattern: word ^ other.word)
        for index in rest.indices { difference |= UInt32(rest[index] ^ other.rest[index]) }
        return difference == 0
    }

    /// Appends the BackendKeyData.
    package func write(to writer: inout MessageWriter) { writer.message(.backendKeyData) { writeFields(to: &$0) } }

    /// The CancelRequest that names this backend.
    package var cancelRequest: [UInt8] {
        var writer = MessageWriter()
        writer.untyped { body in
            body.int32(StartupPacket.cancelCode)
            writeFields(to: &body)
        }
        return writer.bytes
    }

    private func writeFields(to body: inout MessageWriter) {
        body.int32(process)
        body.int32(word)
        body.raw(rest)
    }
}
