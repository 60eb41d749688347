/// What will happen in a world without threads, and when: the earliest first, and of one moment's in the order they were added.
struct Agenda {
    /// Microseconds since the world began.
    typealias Instant = Int

    private struct Entry {
        let time: Instant
        let number: Int
        let act: () -> Void

        func isBefore(_ other: Entry) -> Bool { time != other.time ? time < other.time : number < other.number }
    }

    /// A binary heap.
    private var entries: [Entry] = []
    private var count = 0

    mutating func add(at time: Instant, _ act: @escaping () -> Void) {
        count += 1
        entries.append(Entry(time: time, number: count, act: act))
        var child = entries.count - 1
        while child > 0, entries[child].isBefore(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes the earliest, if it comes before `end`.
    mutating func next(before end: Instant) -> (time: Instant, act: () -> Void)? {
        guard let first = entries.first, first.time < end else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var earliest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && entries[child].isBefore(entries[earliest]) { earliest = child }
            if earliest == parent { break }
            entries.swapAt(parent, earliest)
            parent = earliest
        }
        return (first.time, first.act)
    }
}
