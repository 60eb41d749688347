internal import PostgresWire

/// Messages as one line a person can read: `Error ERROR 40001 "…", Ready E`.
package enum WireText {
    /// Messages of a frontend, by kind and the texts in them.
    package static func sent(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { buffer in
            var parts: [String] = [], offset = 0
            while offset + FrameScanner.headerSize <= buffer.count {
                let size = 1 + Int(Int32(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 1, as: Int32.self)))
                let body = UnsafeRawBufferPointer(rebasing: buffer[offset + 5..<min(offset + size, buffer.count)])
                let texts = body.split(whereSeparator: { $0 < 0x20 }).map { String(decoding: $0, as: UTF8.self) }
                let kind = FrontendMessageKind(rawValue: buffer[offset]).map { "\($0)" } ?? "unknown"
                parts.append(([kind] + texts).joined(separator: " "))
                offset += size
            }
            return parts.joined(separator: ", ")
        }
    }

    /// Messages of a node.
    package static func describe(_ bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { buffer in
            var parts: [String] = [], offset = 0
            while offset < buffer.count {
                guard buffer.count - offset >= FrameScanner.headerSize else { return (parts + ["\(buffer.count - offset) loose bytes"]).joined(separator: ", ") }
                let kind = buffer[offset]
                let size = 1 + Int(Int32(bigEndian: buffer.loadUnaligned(fromByteOffset: offset + 1, as: Int32.self)))
                guard size >= 5, offset + size <= buffer.count else { return (parts + ["a broken message"]).joined(separator: ", ") }
                parts.append(message(kind, UnsafeRawBufferPointer(rebasing: buffer[offset + 5..<offset + size])))
                offset += size
            }
            return parts.joined(separator: ", ")
        }
    }

    private static func message(_ kind: UInt8, _ body: UnsafeRawBufferPointer) -> String {
        guard let known = BackendMessageKind(rawValue: kind) else { return "unknown \(kind)" }
        switch known {
        case .error:
            guard let error = try? ErrorMessage(body: body) else { return "a broken Error" }
            return "Error \(error.severity.rawValue) \(error.state) \"\(error.message)\""
        case .readyForQuery: return "Ready \(String(decoding: body, as: UTF8.self))"
        case .commandComplete: return "Complete \(String(decoding: body.dropLast(), as: UTF8.self))"
        // Behind the number of the process that notifies.
        case .notification: return "notification \(body.dropFirst(4).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))"
        case .parameterStatus: return "Parameter \(body.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "="))"
        default: return "\(known)"
        }
    }
}
