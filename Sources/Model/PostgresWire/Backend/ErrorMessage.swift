/// An ErrorResponse or NoticeResponse: one we send, or what matters of one a node sent.
package struct ErrorMessage: Error, Hashable, Sendable {
    /// What the receiver must conclude: the statement failed, the session is over, or nothing is wrong.
    package enum Severity: String, Sendable { case error = "ERROR", fatal = "FATAL", panic = "PANIC", warning = "WARNING" }

    package var severity: Severity
    package var state: SQLState
    package var message: String
    package var detail: String?
    package var hint: String?
    /// A prepared statement's result is not what it was: "cached plan must not change result type".
    package private(set) var isStalePlan = false

    package init(_ severity: Severity, _ state: SQLState, _ message: String, detail: String? = nil, hint: String? = nil) {
        self.severity = severity
        self.state = state
        self.message = message
        self.detail = detail
        self.hint = hint
    }

    /// Reads a node's message; severities other than ours count as a warning, a message without a code as an internal error.
    /// Of one that is not whole, the fields that are there: severity and code come first.
    package init(body: UnsafeRawBufferPointer, isWhole: Bool = true) throws(WireViolation) {
        self.init(.warning, .internalError, "")
        var reader = FieldReader(body, of: "error or notice message"), raisedBy = ""
        do {
            while case let field = try reader.byte(), field != 0 {
                let text = String(decoding: try reader.terminated(), as: UTF8.self)
                switch field {
                // The V field is never translated; S is, and only servers before 9.6 send it alone.
                case UInt8(ascii: "V"), UInt8(ascii: "S"): if severity == .warning { severity = Severity(rawValue: text) ?? .warning }
                case UInt8(ascii: "C"): state = SQLState(text)
                case UInt8(ascii: "M"): message = text
                case UInt8(ascii: "R"): raisedBy = text
                default: break // Other fields are for people; they reach the frontend in the node's own bytes.
                }
            }
            try reader.end()
        } catch { if isWhole { throw error } }
        isStalePlan = state == .featureNotSupported && raisedBy == "RevalidateCachedQuery"
    }

    /// The connection ends with this message.
    package var isFinal: Bool { severity == .fatal || severity == .panic }

    /// The ErrorResponse.
    package var bytes: [UInt8] {
        var writer = MessageWriter()
        write(to: &writer)
        return writer.bytes
    }

    /// Appends the ErrorResponse.
    package func write(to writer: inout MessageWriter) {
        writer.message(.error) { body in
            for (field, text) in [("S", severity.rawValue), ("V", severity.rawValue), ("C", state.code), ("M", message), ("D", detail), ("H", hint)] {
                guard let text else { continue }
                body.raw(field.utf8)
                body.string(text)
            }
            body.byte(0)
        }
    }
}
