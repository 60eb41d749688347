/// What a ReadyForQuery says about the session.
package enum TransactionStatus: UInt8, Sendable {
    case idle = 0x49 // I
    case inBlock = 0x54 // T
    case failed = 0x45 // E

    /// Reads the body of a ReadyForQuery.
    package init(body: UnsafeRawBufferPointer) throws(WireViolation) {
        guard body.count == 1, let status = TransactionStatus(rawValue: body[0]) else { throw .malformed("ReadyForQuery") }
        self = status
    }
}
