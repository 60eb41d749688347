/// A position in the write-ahead log: a count of bytes since the cluster was initialised.
///
/// Source: PostgreSQL manual, "pg_lsn Type". Written as two hexadecimal halves, `16/B374D848`.
package struct LogSequenceNumber: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Bytes since the beginning of the log.
    package let bytes: UInt64

    package init(bytes: UInt64) { self.bytes = bytes }

    /// The start of the log; what a server that has received nothing reports.
    package static let zero = LogSequenceNumber(bytes: 0)

    /// Parses PostgreSQL's text form; nil unless it is two halves of one to eight hexadecimal digits.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ (1...8).contains($0.utf8.count) && $0.allSatisfy(\.isHexDigit) }),
              let high = UInt64(halves[0], radix: 16), let low = UInt64(halves[1], radix: 16) else { return nil }
        bytes = high << 32 | low
    }

    package var description: String {
        String(bytes >> 32, radix: 16, uppercase: true) + "/" + String(bytes & 0xFFFF_FFFF, radix: 16, uppercase: true)
    }

    package static func < (a: Self, b: Self) -> Bool { a.bytes < b.bytes }

    /// How many bytes of log lie between `other` and this position; zero where this is not ahead.
    package func bytesAhead(of other: Self) -> UInt64 { bytes > other.bytes ? bytes - other.bytes : 0 }
}
