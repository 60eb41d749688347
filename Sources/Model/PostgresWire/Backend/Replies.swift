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

    /// NegotiateProtocolVersion: what is spoken with this client, and which of its options mean nothing here. The version
    /// goes out whole, major number included, as PostgreSQL writes it and libpq reads it.
    package mutating func negotiateProtocolVersion(_ startup: StartupMessage) {
        message(.negotiateProtocolVersion) { body in
            body.int32(3 << 16 | Int32(startup.spokenMinor))
            body.int32(Int32(startup.protocolOptions.count))
            for option in startup.protocolOptions { body.string(option) }
        }
    }
}
