import Testing
import ClusterModel

@Suite("LogSequenceNumber")
struct LogSequenceNumberTests {
    @Test("PostgreSQL's text form survives a round trip", arguments: ["0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF", "0/3000060"])
    func roundTrip(_ text: String) throws {
        #expect(try #require(LogSequenceNumber(text)).description == text)
    }

    @Test("Anything else is refused", arguments: ["", "/", "0", "0/", "/0", "0/0/0", "G/0", "0/123456789", " 0/0", "+1/0", "-1/0"])
    func refused(_ text: String) {
        #expect(LogSequenceNumber(text) == nil)
    }

    @Test("A position that is behind is zero bytes ahead")
    func distance() {
        let low = LogSequenceNumber(bytes: 100), high = LogSequenceNumber(bytes: 164)
        #expect(high.bytesAhead(of: low) == 64)
        #expect(low.bytesAhead(of: high) == 0)
        #expect(low < high)
    }
}
