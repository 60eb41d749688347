/// The node's messages that the proxy says in its place.
extension MessageWriter {
    /// ReadyForQuery with the session's transaction status.
    package mutating func readyForQuery(_ status: TransactionStatus) { message(.readyForQuery) { $0.byte(status.rawValue) } }

    /// CommandComplete; `tag` as PostgreSQL would write it.
    package mutating func commandComplete(_ tag: String) { message(.commandComplete) { $0.string(tag) } }

    /// AuthenticationOk.
    package mutating func authenticationOK() { message(.authentication) { $0.int32(0) } }

    /// ParameterStatus: one reported parameter and its value.
    package mutating func parameterStatus(_ name: String, _ value: String) {
        message(.parameterStatus) { body in
            body.string(name)
            body.string(value)
        }
    }

    /// A NoticeResponse.
    package mutating func notice(_ text: String) {
        message(.notice) { body in
            for (field, value) in [("S", "NOTICE"), ("V", "NOTICE"), ("C", "00000"), ("M", text)] {
                body.raw(field.utf8)
                body.string(value)
            }
            body.byte(0)
        }
    }

    /// A message that is nothing but its kind: ParseComplete, BindComplete, NoData, …
    package mutating func bare(_ kind: BackendMessageKind) { message(kind) { _ in } }

    /// Protocol 3.0 is what is spoken; `options` are those of the client that mean nothing here.
    package mutating func negotiateProtocolVersion(unknown options: [String]) {
        message(.negotiateProtocolVersion) { body in
            body.int32(0)
            body.int32(Int32(options.count))
            for option in options { body.string(option) }
        }
    }
}
