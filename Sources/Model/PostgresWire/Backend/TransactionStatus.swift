/// What a ReadyForQuery says about the session.
package enum TransactionStatus: UInt8, Sendable {
    case idle = 0x49 // I
    case inBlock = 0x54 // T
    case failed = 0x45 // E

    /// No block is open.
    package var isIdle: Bool {
        // Asked at every message: `==` would compare raw values, by way of what the runtime knows of the type.
        if case .idle = self { true } else { false }
    }

    /// Reads the body of a ReadyForQuery.
    package init(body: UnsafeRawBufferPointer) throws(WireViolation) {
        guard body.count == 1, let status = TransactionStatus(rawValue: body[0]) else { throw .malformed("ReadyForQuery") }
        self = status
    }
}
