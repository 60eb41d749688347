/// The bytes of a value, as CLuaBridge's codec.h lays them out. One form for frames, journal entries and replay.
extension HookValue {
    /// Why bytes are no value.
    package enum MalformedBytes: Error, Hashable, Sendable {
        case endsTooEarly, unknownTag(UInt8), invalidText, nestedTooDeep, tooManyValues
        /// Bytes follow the value.
        case goesOn
    }

    /// CLuaBridge's limits.
    package static let maximumDepth = 32
    /// What a command may print or a host may answer (8 MB), and what is around it.
    package static let maximumBytes = 9 << 20
    /// A value of one byte takes many in memory: this is what bounds the reader of hostile bytes.
    package static let maximumValues = 1 << 17

    /// How many values these are, itself among them.
    var values: Int {
        switch self {
        case .none, .boolean, .integer, .double, .text: 1
        case .list(let values): values.reduce(1) { $0 + $1.values }
        case .map(let entries): entries.reduce(1) { $0 + $1.value.values }
        }
    }

    private enum Tag: UInt8 { case none, no, yes, integer, double, text, list, map }

    /// The value's bytes; the same value always gives the same.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        encode(into: &bytes)
        return bytes
    }

    private func encode(into bytes: inout [UInt8]) {
        switch self {
        case .none: bytes.append(Tag.none.rawValue)
        case .boolean(let value): bytes.append((value ? Tag.yes : .no).rawValue)
        case .integer(let value):
            bytes.append(Tag.integer.rawValue)
            bytes.append(littleEndian: UInt64(bitPattern: value))
        case .double(let value):
            bytes.append(Tag.double.rawValue)
            bytes.append(littleEndian: value.bitPattern)
        case .text(let value):
            bytes.append(Tag.text.rawValue)
            Self.encode(value, into: &bytes)
        case .list(let values):
            bytes.append(Tag.list.rawValue)
            bytes.append(littleEndian: UInt32(values.count))
            for value in values { value.encode(into: &bytes) }
        case .map(let entries):
            bytes.append(Tag.map.rawValue)
            bytes.append(littleEndian: UInt32(entries.count))
            Self.encode(entries, into: &bytes)
        }
    }

    private static func encode(_ entries: [String: HookValue], into bytes: inout [UInt8]) {
        for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
            encode(key, into: &bytes)
            value.encode(into: &bytes)
        }
    }

    /// Entries of a map, encoded once to be sent often.
    struct EncodedEntries: Sendable {
        let count: Int
        /// Themselves and what is in them.
        let values: Int
        let bytes: [UInt8]

        init(_ entries: [String: HookValue]) {
            var bytes: [UInt8] = []
            HookValue.encode(entries, into: &bytes)
            (count, values, self.bytes) = (entries.count, HookValue.map(entries).values - 1, bytes)
        }

        /// A map of these and `others`; no key is in both.
        func encoded(with others: EncodedEntries) -> [UInt8] {
            var whole: [UInt8] = []
            whole.reserveCapacity(1 + 4 + bytes.count + others.bytes.count)
            whole.append(Tag.map.rawValue)
            whole.append(littleEndian: UInt32(count + others.count))
            whole += bytes
            whole += others.bytes
            return whole
        }
    }

    private static func encode(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(littleEndian: UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// The one value that `bytes` hold.
    package init(decoding bytes: [UInt8]) throws(MalformedBytes) {
        self = try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedBytes) in
            var reader = Reader(bytes: UnsafeRawBufferPointer(bytes))
            let value = try reader.value(depth: 0)
            guard reader.position == bytes.count else { throw .goesOn }
            return value
        }
    }

    /// Reads where the bytes are: requests and answers are long, and unoptimised code is slow with slices of them.
    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var position = 0
        var values = 0

        /// Where `count` bytes begin, which are taken.
        mutating func take(_ count: Int) throws(MalformedBytes) -> Int {
            guard bytes.count - position >= count else { throw .endsTooEarly }
            position += count
            return position - count
        }

        mutating func word() throws(MalformedBytes) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: try take(8), as: UInt64.self))
        }

        mutating func count() throws(MalformedBytes) -> Int {
            Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: try take(4), as: UInt32.self)))
        }

        mutating func text() throws(MalformedBytes) -> String {
            let count = try count(), begin = try take(count)
            guard let text = String(validating: UnsafeRawBufferPointer(rebasing: bytes[begin..<begin + count]), as: UTF8.self) else { throw .invalidText }
            return text
        }

        mutating func value(depth: Int) throws(MalformedBytes) -> HookValue {
            guard depth <= HookValue.maximumDepth else { throw .nestedTooDeep }
            values += 1
            guard values <= HookValue.maximumValues else { throw .tooManyValues }
            let byte = bytes[try take(1)]
            guard let tag = Tag(rawValue: byte) else { throw .unknownTag(byte) }
            switch tag {
            case .none: return .none
            case .no: return .boolean(false)
            case .yes: return .boolean(true)
            case .integer: return .integer(Int64(bitPattern: try word()))
            case .double: return .double(Double(bitPattern: try word()))
            case .text: return .text(try text())
            case .list:
                var values: [HookValue] = []
                for _ in 0..<(try count()) { values.append(try value(depth: depth + 1)) }
                return .list(values)
            case .map:
                var entries: [String: HookValue] = [:]
                for _ in 0..<(try count()) {
                    let key = try text()
                    entries[key] = try value(depth: depth + 1)
                }
                return .map(entries)
            }
        }
    }
}

extension [UInt8] {
    mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}
