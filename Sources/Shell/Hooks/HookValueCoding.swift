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
            for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
                Self.encode(key, into: &bytes)
                value.encode(into: &bytes)
            }
        }
    }

    private static func encode(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(littleEndian: UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// The one value that `bytes` hold.
    package init(decoding bytes: [UInt8]) throws(MalformedBytes) {
        var reader = Reader(rest: bytes[...])
        self = try reader.value(depth: 0)
        guard reader.rest.isEmpty else { throw .goesOn }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>
        var values = 0

        mutating func take(_ count: Int) throws(MalformedBytes) -> ArraySlice<UInt8> {
            guard rest.count >= count else { throw .endsTooEarly }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count)
        }

        mutating func word() throws(MalformedBytes) -> UInt64 {
            try take(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        mutating func count() throws(MalformedBytes) -> Int {
            try take(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        }

        mutating func text() throws(MalformedBytes) -> String {
            guard let text = String(validating: try take(try count()), as: UTF8.self) else { throw .invalidText }
            return text
        }

        mutating func value(depth: Int) throws(MalformedBytes) -> HookValue {
            guard depth <= HookValue.maximumDepth else { throw .nestedTooDeep }
            values += 1
            guard values <= HookValue.maximumValues else { throw .tooManyValues }
            guard let byte = rest.popFirst() else { throw .endsTooEarly }
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
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
