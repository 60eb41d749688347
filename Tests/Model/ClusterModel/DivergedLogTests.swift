import ClusterModel
import Testing

@Suite("DivergedLog")
struct DivergedLogTests {
    private let fork = LogSequenceNumber(bytes: 0x100)

    @Test("A summary is read line by line and told in a sentence")
    func summary() throws {
        let text = "end 0/200\ntransactions 2\nfirst 2026-01-01 10:00:00 UTC\nlast 2026-01-01 10:00:03 UTC\nchange 1663/5/16400 INSERT 3\nchange 1663/5/16390 DELETE 1\n"
        let log = try #require(DivergedLog(summary: text))
        #expect(log.words(since: fork) == "256 bytes of log with 2 committed transactions, from 2026-01-01 10:00:00 UTC to 2026-01-01 10:00:03 UTC: "
            + "1 DELETE in 1663/5/16390, 3 INSERT in 1663/5/16400")
    }

    @Test("Log without a committed change says so")
    func nothing() throws {
        #expect(try #require(DivergedLog(summary: "end 0/180\ntransactions 0\n")).words(since: fork) == "128 bytes of log, and no committed change in them")
        #expect(try #require(DivergedLog(summary: "transactions 0\n")).words(since: fork) == "0 bytes of log, and no committed change in them")
    }

    @Test("What is no summary is refused", arguments: ["nonsense", "end", "transactions many", "change x INSERT", "change x INSERT some", "other 1"])
    func refused(_ text: String) {
        #expect(DivergedLog(summary: text) == nil)
    }
}
