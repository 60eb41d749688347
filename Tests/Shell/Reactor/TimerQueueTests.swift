import Testing
@testable import Reactor

@Suite("TimerQueue")
struct TimerQueueTests {
    private func at(_ milliseconds: UInt64) -> Monotonic { Monotonic(nanoseconds: milliseconds * 1_000_000) }

    @Test("Timers fire in the order of their deadlines, each once, never early")
    func order() {
        var queue = TimerQueue()
        for milliseconds in [30, 10, 20, 10] as [UInt64] { _ = queue.insert(Token(bits: milliseconds), at(milliseconds)) }
        #expect(queue.popDue(at: at(9)) == nil)
        #expect(queue.popDue(at: at(25)) == Token(bits: 10))
        #expect(queue.popDue(at: at(25)) == Token(bits: 10))
        #expect(queue.popDue(at: at(25)) == Token(bits: 20))
        #expect(queue.popDue(at: at(25)) == nil)
        #expect(queue.count == 1)
    }

    @Test("A cancelled timer does not fire, and cancelling one that fired changes nothing")
    func cancel() {
        var queue = TimerQueue()
        let first = queue.insert(Token(bits: 1), at(10)), second = queue.insert(Token(bits: 2), at(20))
        queue.cancel(first)
        #expect(queue.popDue(at: at(100)) == Token(bits: 2))
        queue.cancel(second)
        queue.cancel(second)
        #expect(queue.count == 0)
        #expect(queue.popDue(at: at(100)) == nil)
    }

    @Test("The wait is rounded up, zero when overdue, endless when there is nothing to wait for")
    func wait() {
        var queue = TimerQueue()
        #expect(queue.millisecondsUntilNext(from: at(0)) == -1)
        _ = queue.insert(Token(bits: 1), Monotonic(nanoseconds: 1_500_000))
        #expect(queue.millisecondsUntilNext(from: at(0)) == 2)
        #expect(queue.millisecondsUntilNext(from: at(5)) == 0)
    }

    @Test("Thousands of cancelled timers are swept and the rest still fire in order")
    func sweep() {
        var queue = TimerQueue()
        let ids = (0..<5000).map { queue.insert(Token(bits: UInt64($0)), at(UInt64(($0 * 7919) % 5000))) }
        for (index, id) in ids.enumerated() where index % 10 != 0 { queue.cancel(id) }
        var fired: [UInt64] = []
        while let token = queue.popDue(at: at(5000)) { fired.append((token.bits * 7919) % 5000) }
        #expect(fired.count == 500)
        #expect(fired == fired.sorted())
    }
}
