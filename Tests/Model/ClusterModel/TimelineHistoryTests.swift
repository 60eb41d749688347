import ClusterModel
import Testing

@Suite("TimelineHistory")
struct TimelineHistoryTests {
    private func position(_ bytes: UInt64) -> LogSequenceNumber { LogSequenceNumber(bytes: bytes) }

    /// `(1, 100), (2, 200)`, then timeline 3.
    private func history(_ ancestors: (UInt32, UInt64)..., on timeline: UInt32) -> TimelineHistory {
        TimelineHistory(timeline: Timeline(timeline), ancestors: ancestors.map { .init(timeline: Timeline($0.0), end: position($0.1)) })
    }

    @Test("A history file is read line by line, its comments and reasons left out")
    func file() throws {
        let text = "1\t0/3000060\tno recovery target specified\n\n# a remark\n2\t0/50000A0\tbefore 2026-01-01 00:00:00+00\n"
        let read = try #require(TimelineHistory(timeline: Timeline(3), file: text))
        #expect(read == history((1, 0x300_0060), (2, 0x500_00A0), on: 3))
        #expect(TimelineHistory(timeline: Timeline(2), file: "") == history(on: 2))
    }

    @Test("What is no history file is refused", arguments: ["1", "x\t0/1", "1\tnowhere", "2\t0/1\n1\t0/2", "1\t0/1\n1\t0/2", "3\t0/1"])
    func refused(_ text: String) {
        #expect(TimelineHistory(timeline: Timeline(3), file: text) == nil)
    }

    @Test("Two logs are the same up to where the first of them was left")
    func forks() {
        #expect(history((1, 100), on: 2).fork(from: history(on: 1)) == position(100))
        #expect(history(on: 1).fork(from: history((1, 100), on: 2)) == position(100))
        #expect(history((1, 100), on: 2).fork(from: history((1, 100), on: 2)) == nil)
        #expect(history((1, 100), on: 2).fork(from: history((1, 90), on: 2)) == position(90))
        #expect(history((1, 100), (2, 200), on: 3).fork(from: history((1, 100), on: 2)) == position(200))
        #expect(history((1, 100), (3, 200), on: 4).fork(from: history((1, 100), on: 2)) == position(100))
        #expect(history(on: 5).fork(from: history(on: 1)) == .zero)
    }

    @Test("A log that ends before the fork can follow; one that went on by itself has diverged there")
    func divergence() {
        let primary = history((1, 100), on: 2)
        #expect(primary.divergence(of: history(on: 1), endingAt: position(100)) == nil)
        #expect(primary.divergence(of: history(on: 1), endingAt: position(101)) == position(100))
        #expect(primary.divergence(of: primary, endingAt: position(500)) == nil)
        #expect(primary.divergence(of: history((1, 90), on: 2), endingAt: position(95)) == position(90), "its timeline 2 is another one")
        #expect(history(on: 1).divergence(of: primary, endingAt: position(100)) == position(100), "a timeline that the primary never saw")
        #expect(history((1, 100), (2, 200), on: 3).divergence(of: primary, endingAt: position(150)) == nil)
    }
}
