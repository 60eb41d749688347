/// What a cancel request must know: the process number and secret of a BackendKeyData of protocol 3.0.
package struct BackendKey: Hashable, Sendable {
    package let process: Int32
    package let secret: Int32

    package init(process: Int32, secret: Int32) {
        self.process = process
        self.secret = secret
    }

    /// Reads the body of a BackendKeyData.
    package init(body: UnsafeRawBufferPointer) throws(WireViolation) {
        var reader = FieldReader(body, of: "BackendKeyData")
        process = try reader.int32()
        secret = try reader.int32()
        try reader.end()
    }

    /// Appends the BackendKeyData.
    package func write(to writer: inout MessageWriter) {
        writer.message(.backendKeyData) { body in
            body.int32(process)
            body.int32(secret)
        }
    }

    /// The CancelRequest that names this backend.
    package var cancelRequest: [UInt8] {
        var writer = MessageWriter()
        writer.untyped { body in
            body.int32(StartupPacket.cancelCode)
            body.int32(process)
            body.int32(secret)
        }
        return writer.bytes
    }
}
