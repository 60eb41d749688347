import Glibc

/// The seeds of a fuzzer: a fixed few as a rule, and as many as fit in `UNDERSTUDY_FUZZ_SECONDS` from `UNDERSTUDY_FUZZ_SEED` on where somebody asks for a long run.
///
/// A failure names its seed; `UNDERSTUDY_FUZZ_SEED=n` with `UNDERSTUDY_FUZZ_SECONDS=0` plays that one alone.
package enum Fuzz {
    /// Calls `body` with each seed. A long run says where it stands, so that a crash can be found again.
    package static func run(_ name: String, seeds count: UInt64, _ body: (UInt64, inout SeededRandom) throws -> Void) rethrows {
        guard let seconds = number("UNDERSTUDY_FUZZ_SECONDS") else {
            for seed in 1...count { try once(seed, body) }
            return
        }
        let end = time(nil) + Int(seconds)
        var seed = number("UNDERSTUDY_FUZZ_SEED") ?? 1
        repeat {
            if seed.isMultiple(of: 1000) { print("\(name): at seed \(seed)") }
            try once(seed, body)
            seed += 1
        } while time(nil) < end
        print("\(name): seeds up to \(seed - 1)")
    }

    private static func once(_ seed: UInt64, _ body: (UInt64, inout SeededRandom) throws -> Void) rethrows {
        var random = SeededRandom(seed: seed)
        try body(seed, &random)
    }

    private static func number(_ variable: String) -> UInt64? { getenv(variable).flatMap { UInt64(String(cString: $0)) } }
}

/// Random numbers that are the same for the same seed, everywhere and always (SplitMix64).
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True once in `count` times.
    package mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    package mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) } }

    /// The same bytes with a few of them changed, dropped, doubled or cut off.
    package mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard !bytes.isEmpty else { return self.bytes(3) }
            let index = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &self)
            case 2: bytes[index] = oneIn(2) ? 0 : 255
            case 3: bytes.remove(at: index)
            case 4: bytes.insert(bytes[index], at: index)
            default: bytes.removeLast(min(bytes.count - index, 8))
            }
        }
        return bytes
    }

    /// The same bytes in pieces of random length.
    package mutating func cut(_ bytes: [UInt8], upTo longest: Int) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = [], start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 1...longest, using: &self))
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }
}
