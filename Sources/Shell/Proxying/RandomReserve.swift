internal import Glibc

/// Random bytes of the kernel's, fetched many at a time: a login takes some, and each call costs more than they do.
///
/// A byte is given once, and forgotten here when it is.
struct RandomReserve: RandomNumberGenerator {
    /// As many as getentropy(3) gives at a time.
    private static let size = 256

    private var bytes = [UInt8](repeating: 0, count: Self.size)
    private var left = 0

    mutating func next() -> UInt64 { withUnsafeBytes(of: (take(), take(), take(), take(), take(), take(), take(), take())) { $0.loadUnaligned(as: UInt64.self) } }

    mutating func take(_ count: Int) -> [UInt8] { (0..<count).map { _ in take() } }

    private mutating func take() -> UInt8 {
        if left == 0 { refill() }
        left -= 1
        defer { bytes[left] = 0 }
        return bytes[left]
    }

    private mutating func refill() {
        let status = bytes.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) }
        precondition(status == 0, "getentropy failed with errno \(errno)")
        left = Self.size
    }
}
