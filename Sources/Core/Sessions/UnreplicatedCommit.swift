internal import PostgresWire

/// The warning with which a node answers a COMMIT that it did not wait for: it is durable there, and perhaps on no standby.
///
/// It comes where the wait for the synchronous standbys was cancelled, before a CommandComplete that says COMMIT all the same; it
/// is known by the routine that says it, whatever its text and code.
/// Source: PostgreSQL's `SyncRepWaitForLSN`.
package enum UnreplicatedCommit {
    private static let routine = Array("SyncRepWaitForLSN".utf8)
    private static let warning = Array("WARNING".utf8)

    /// Whether a NoticeResponse with this body is the warning.
    package static func isSaid(by notice: UnsafeRawBufferPointer) -> Bool {
        var isWarning = false, isOfRoutine = false
        var reader = FieldReader(notice, of: "notice")
        do throws(WireViolation) {
            while case let field = try reader.byte(), field != 0 {
                let text = try reader.terminated()
                switch field {
                case UInt8(ascii: "V"): isWarning = text.elementsEqual(Self.warning)
                case UInt8(ascii: "R"): isOfRoutine = text.elementsEqual(Self.routine)
                default: break // What people read.
                }
            }
        } catch {
            // The session refuses a notice that ends too early when it reads it for itself.
            return false
        }
        return isWarning && isOfRoutine
    }
}
