import Testing
@testable import Hooks

@Suite("Values between the daemon and a hook")
struct HookValueTests {
    /// Small and repeatable.
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static func value(_ random: inout Random, depth: Int = 0) -> HookValue {
        switch Int.random(in: 0..<(depth < 4 ? 7 : 5), using: &random) {
        case 0: .none
        case 1: .boolean(.random(using: &random))
        case 2: .integer(.random(in: .min ... .max, using: &random))
        case 3: .double(.random(in: -1e9...1e9, using: &random))
        case 4: .text(String((0..<Int.random(in: 0..<9, using: &random)).map { _ in "aZ0é\u{0}☃𝄞\n".randomElement(using: &random) ?? " " }))
        case 5: .list((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default: .map(Dictionary((0..<Int.random(in: 0..<4, using: &random)).map { ("k\($0)", value(&random, depth: depth + 1)) }) { a, _ in a })
        }
    }

    @Test("A value survives its bytes, and no shorter or longer run of them is a value", arguments: 0..<200)
    func roundTrip(seed: UInt64) throws {
        var random = Random(state: seed)
        let value = Self.value(&random), bytes = value.encoded
        #expect(try HookValue(decoding: bytes) == value)
        for count in 0..<bytes.count {
            #expect(throws: HookValue.MalformedBytes.endsTooEarly) { try HookValue(decoding: Array(bytes[..<count])) }
        }
        #expect(throws: HookValue.MalformedBytes.goesOn) { try HookValue(decoding: bytes + [0]) }
    }

    @Test("Damaged bytes are refused or give a value, and never more", arguments: 0..<200)
    func damage(seed: UInt64) {
        var random = Random(state: seed)
        var bytes = Self.value(&random).encoded
        for _ in 0..<20 {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            bytes[index] = UInt8.random(in: .min ... .max, using: &random)
            guard case .success(let value) = Result(catching: { () throws(HookValue.MalformedBytes) in try HookValue(decoding: bytes) }) else { continue }
            #expect(value.encoded.count <= bytes.count)
        }
    }

    @Test("What no sender writes is named", arguments: [
        ([8], HookValue.MalformedBytes.unknownTag(8)),
        ([5, 1, 0, 0, 0, 0xFF], .invalidText),
        ([6, 0xFF, 0xFF, 0xFF, 0xFF], .endsTooEarly),
        ([UInt8](repeating: 6, count: 1) + [1, 0, 0, 0], .endsTooEarly),
        ([], .endsTooEarly),
    ] as [([UInt8], HookValue.MalformedBytes)])
    func malformed(bytes: [UInt8], error: HookValue.MalformedBytes) {
        #expect(throws: error) { try HookValue(decoding: bytes) }
    }

    @Test("Nesting has a limit")
    func nesting() {
        let deep = (0..<40).reduce(HookValue.none) { value, _ in .list([value]) }
        #expect(throws: HookValue.MalformedBytes.nestedTooDeep) { try HookValue(decoding: deep.encoded) }
    }
}
