internal import PostgresWire

/// What a client is told at the end of its login, but for what is its alone: the same for all with the same wishes, so it is written once.
package struct Welcome: Sendable {
    let parameters: ServerParameters
    /// AuthenticationOk and the parameters.
    let words: [UInt8]

    package init(_ parameters: ServerParameters) {
        self.parameters = parameters
        var writer = MessageWriter()
        writer.authenticationOK()
        for parameter in parameters.values { writer.parameterStatus(parameter.name, parameter.value) }
        words = writer.bytes
    }
}
