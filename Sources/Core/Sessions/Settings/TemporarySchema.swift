internal import PostgresWire

extension StartupMessage {
    private static let temporarySchema = Array("pg_temp".utf8)

    /// Whether a parameter names the schema of temporary tables, in whichever case.
    var namesTemporarySchema: Bool {
        parameters.contains { parameter in
            var value = parameter.value
            return value.withUTF8 { bytes in
                // Each login asks: bytes are looked at, not characters.
                bytes.indices.dropLast(Self.temporarySchema.count - 1).contains { start in
                    zip(bytes[start...], Self.temporarySchema).allSatisfy { Self.small($0) == $1 }
                }
            }
        }
    }

    private static func small(_ byte: UInt8) -> UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte }
}
