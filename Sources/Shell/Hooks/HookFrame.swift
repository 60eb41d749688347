/// How values travel between daemon and hook process: four bytes of length, little-endian, then the value.
enum HookFrame {
    static let headBytes = 4
    static let maximumBytes = HookValue.maximumBytes

    /// The length that a head announces; nil when it is over the limit.
    static func bodyCount(_ head: ArraySlice<UInt8>) -> Int? {
        let count = head.reversed().reduce(0) { $0 << 8 | Int($1) }
        return count <= maximumBytes ? count : nil
    }

    /// Why a value of so many bytes cannot be sent, as the end of a sentence; nil when it can.
    static func problem(_ value: HookValue, bytes: Int) -> String? {
        guard bytes > maximumBytes || value.values > HookValue.maximumValues else { return nil }
        return "its result is more than \(maximumBytes >> 20) MB or \(HookValue.maximumValues) values: ask for less"
    }

    /// nil when the value is too large to be sent.
    static func bytes(of value: HookValue) -> [UInt8]? {
        value.values <= HookValue.maximumValues ? frame(value.encoded) : nil
    }

    /// A map of both's entries.
    static func bytes(of entries: HookValue.EncodedEntries, and others: HookValue.EncodedEntries) -> [UInt8]? {
        1 + entries.values + others.values <= HookValue.maximumValues ? frame(entries.encoded(with: others)) : nil
    }

    private static func frame(_ body: [UInt8]) -> [UInt8]? {
        guard body.count <= maximumBytes else { return nil }
        var frame: [UInt8] = []
        frame.reserveCapacity(headBytes + body.count)
        frame.append(littleEndian: UInt32(body.count))
        return frame + body
    }
}
