/// The attributes of one SCRAM message in their order: `n=…,r=…`.
///
/// Strict where SCRAM is: what stands where another attribute is due is malformed, never skipped.
/// Source: RFC 5802, section 7.
struct SCRAMAttributes {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) { rest = ArraySlice(Array(bytes)) }

    var isAtEnd: Bool { rest.isEmpty }

    /// The value of the next attribute, which must be `name`; the comma behind it is taken too.
    mutating func value(of name: Character) throws(SCRAMServer.Failure) -> [UInt8] {
        guard rest.count >= 2, let code = name.asciiValue, rest.first == code, rest[rest.startIndex + 1] == UInt8(ascii: "=") else {
            throw .malformed("the attribute \(name) was expected")
        }
        rest = rest.dropFirst(2)
        return takeToComma()
    }

    /// Everything up to the next comma, or to the end; the comma is taken too.
    mutating func takeToComma() -> [UInt8] {
        let value = rest.prefix { $0 != UInt8(ascii: ",") }
        rest = rest.dropFirst(value.count + 1)
        return Array(value)
    }

    /// The name of the next attribute.
    var nextName: Character? { rest.first.map { Character(Unicode.Scalar($0)) } }
}
