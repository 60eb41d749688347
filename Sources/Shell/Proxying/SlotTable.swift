internal import Pooling

/// Entries in reusable places. A stale id finds nothing.
struct SlotTable<Entry: AnyObject> {
    /// What fits beside a kind in a token, and beside a shard in a process number.
    static var capacity: Int { 1 << 24 }

    private var entries: [(entry: Entry?, generation: UInt32)] = []
    private var free: [Int] = []
    private(set) var count = 0

    subscript(id: SlotID) -> Entry? {
        guard id.index < entries.count, entries[id.index].generation == id.generation else { return nil }
        return entries[id.index].entry
    }

    /// The tenant of a place, whichever it is.
    subscript(index: Int) -> Entry? { index < entries.count ? entries[index].entry : nil }

    /// Nil when the table is full.
    mutating func insert(_ make: (SlotID) -> Entry) -> Entry? {
        let index: Int
        if let reused = free.popLast() {
            index = reused
        } else {
            guard entries.count < Self.capacity else { return nil }
            index = entries.count
            entries.append((nil, 0))
        }
        let entry = make(SlotID(index: index, generation: entries[index].generation))
        entries[index].entry = entry
        count += 1
        return entry
    }

    mutating func remove(_ id: SlotID) {
        guard self[id] != nil else { return }
        entries[id.index] = (nil, id.generation &+ 1)
        free.append(id.index)
        count -= 1
    }

    /// Places there are, taken or free.
    var places: Int { entries.count }

    var all: [Entry] { entries.compactMap(\.entry) }
}
