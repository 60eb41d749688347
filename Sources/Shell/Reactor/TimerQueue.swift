/// Names one timer, to cancel it.
package struct TimerID: Hashable, Sendable {
    fileprivate let number: UInt64
}

/// The timers of one loop, soonest first: a binary heap in which a cancelled timer stays until it comes due or the
/// cancelled ones are the majority.
///
/// Invariant: `pending` holds the ids of the timers that will fire; every one of them is in `heap`.
struct TimerQueue {
    private struct Entry {
        let deadline: Monotonic
        let id: UInt64
        let token: Token
    }

    private var heap: [Entry] = []
    private var pending: Set<UInt64> = []
    private var nextID: UInt64 = 0

    var count: Int { pending.count }

    mutating func insert(_ token: Token, _ deadline: Monotonic) -> TimerID {
        nextID += 1
        pending.insert(nextID)
        heap.append(Entry(deadline: deadline, id: nextID, token: token))
        siftUp(heap.count - 1)
        return TimerID(number: nextID)
    }

    /// A timer that fired already, or was cancelled before, is left alone.
    mutating func cancel(_ id: TimerID) {
        pending.remove(id.number)
        if heap.count > 64, heap.count > pending.count * 2 { compact() }
    }

    /// Removes and returns the next timer that is due, or nil.
    mutating func popDue(at now: Monotonic) -> Token? {
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            if pending.remove(first.id) != nil { return first.token }
        }
        return nil
    }

    /// For epoll_wait: -1 when there is no timer; rounded up, so a timer is never early.
    func millisecondsUntilNext(from now: Monotonic) -> Int32 {
        guard let first = heap.first else { return -1 }
        guard first.deadline > now else { return 0 }
        let milliseconds = (first.deadline.nanoseconds - now.nanoseconds + 999_999) / 1_000_000
        return Int32(clamping: milliseconds)
    }

    private mutating func compact() {
        heap.removeAll { !pending.contains($0.id) }
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, heap[index].deadline < heap[(index - 1) / 2].deadline {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].deadline < heap[least].deadline { least = child }
            if least == index { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
