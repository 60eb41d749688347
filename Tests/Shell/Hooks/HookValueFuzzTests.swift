import Foundation
import Testing
@testable import Hooks

/// One codec for the boundary to Lua, for frames and for the journal: what arrives may be anything.
@Suite("Bytes that are no value", .serialized)
struct HookValueFuzzTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    /// Bytes that look like values far enough to get somewhere: tags, small counts, now and then anything.
    private static func bytes(_ random: inout Random) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...24, using: &random) {
            let tag = UInt8.random(in: 0...8, using: &random)
            bytes.append(tag)
            switch tag {
            case 3, 4: bytes += (0..<8).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            case 5, 6, 7: bytes += [UInt8.random(in: 0...4, using: &random), 0, 0, Int.random(in: 0..<20, using: &random) == 0 ? 0xFF : 0]
            default: break
            }
            if tag == 5 { bytes += (0..<Int.random(in: 0...4, using: &random)).map { _ in UInt8.random(in: 0x20...0xFF, using: &random) } }
        }
        return bytes
    }

    private static func decoded(_ bytes: [UInt8]) -> HookValue? {
        if case .success(let value) = Result(catching: { () throws(HookValue.MalformedBytes) in try HookValue(decoding: bytes) }) { value } else { nil }
    }

    @Test("Swift takes each for a value that has these bytes, or refuses it", arguments: 0..<10)
    func swift(seed: UInt64) {
        var random = Random(state: seed &* 77 &+ 1), taken = 0
        for _ in 0..<5000 {
            let bytes = Self.bytes(&random)
            for count in [bytes.count, Int.random(in: 0...bytes.count, using: &random)] {
                guard let value = Self.decoded(Array(bytes[..<count])) else { continue }
                taken += 1
                // A map with one key twice comes out shorter.
                #expect(value.encoded.count <= count)
                #expect(Self.decoded(value.encoded) == value || value.encoded.count == count)
            }
        }
        #expect(taken > 200)
    }

    @Test("Lua refuses what Swift refuses, and gives back what Swift takes", arguments: 0..<4)
    func lua(seed: UInt64) throws {
        var random = Random(state: seed &* 31 &+ 5)
        for _ in 0..<500 {
            let bytes = Self.bytes(&random)
            let result = try SandboxRun()("local _, request = ... return { value = request }", request: bytes) { _ in nil }.output
            guard let value = Self.decoded(bytes) else {
                #expect(result["kind"] == "fault", "\(bytes)")
                continue
            }
            // What Lua cannot tell from something else: nil in a table, a list of nothing, a double that is no number.
            guard Self.isPlain(value) else { continue }
            #expect(result["value"] == value, "\(bytes)")
        }
    }

    private static func isPlain(_ value: HookValue) -> Bool {
        switch value {
        case .none, .list([]): false
        case .boolean, .integer, .text: true
        case .double(let number): !number.isNaN
        case .list(let values): values.allSatisfy(isPlain)
        case .map(let entries): entries.values.allSatisfy(isPlain)
        }
    }

    private static let count: [UInt8] = [0xF0, 0xFF, 0x3F, 0]
    private static let hostile: [(String, [UInt8])] = [
        ("four million nothings", [6] + count + [UInt8](repeating: 0, count: 0x3FFFF0)),
        ("a million empty maps", [6, 0, 0, 0x0C, 0] + [[UInt8]](repeating: [7, 0, 0, 0, 0], count: 0x0C0000).joined()),
        ("maps of one entry", [6, 0, 0, 4, 0] + [[UInt8]](repeating: [7, 1, 0, 0, 0, 1, 0, 0, 0, 97, 0], count: 0x40000).joined()),
        ("lists inside lists", [[UInt8]](repeating: [6, 1, 0, 0, 0], count: 800_000).flatMap(\.self)),
        ("a text that claims four gigabytes", [5, 0xFF, 0xFF, 0xFF, 0xFF, 97]),
        ("a list that claims four billion", [6, 0xFF, 0xFF, 0xFF, 0xFF, 0]),
        ("a key that claims four gigabytes", [7, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]),
    ]

    /// Bytes of memory that the process has.
    private static func resident() throws -> Int {
        let words = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(words[1])) * 4096
    }

    @Test("What is small in bytes and large in memory is refused in both, before it is large", arguments: hostile.indices)
    func large(index: Int) throws {
        let (name, bytes) = Self.hostile[index]
        let before = try Self.resident(), clock = ContinuousClock(), begin = clock.now
        #expect(Self.decoded(bytes) == nil)
        #expect(try Self.resident() - before < 64 << 20, "\(name)")
        #expect(clock.now - begin < .seconds(3), "\(name)")
        let result = try SandboxRun(memory: 64 << 20)("return 1", request: bytes) { _ in nil }.output
        #expect(result["message"].text?.hasPrefix("malformed value: ") == true, "\(name): \(result)")
    }

    @Test("No value of that size is written either: it is refused with a sentence, or not framed")
    func writing() throws {
        let result = try SandboxRun(memory: 64 << 20)("local t = {} for i = 1, 200000 do t[i] = true end return t")
        #expect(result["message"].text == "the value is too large to pass on: more than 9437184 bytes or 131072 values")
        #expect(HookFrame.bytes(of: .list([HookValue](repeating: true, count: 200_000))) == nil)
        #expect(HookFrame.bytes(of: .list([HookValue](repeating: true, count: 100_000))) != nil)
    }
}
