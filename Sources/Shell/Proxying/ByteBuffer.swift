/// Bytes that wait for a socket or for the rest of a message. Owns no memory while it is empty.
struct ByteBuffer: ~Copyable {
    /// Small enough for the many, large enough for most.
    private static let smallest = 4096

    private let budget: MemoryBudget
    private var base: UnsafeMutableRawPointer?
    private var start = 0
    private(set) var count = 0
    private var capacity = 0

    init(_ budget: MemoryBudget) { self.budget = budget }

    deinit {
        base?.deallocate()
        budget.release(capacity)
    }

    var isEmpty: Bool { count == 0 }

    /// Valid until the buffer changes.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base.map { $0 + start }, count: count) }

    /// False when the budget is spent: nothing was appended.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return true }
        if start + count + bytes.count > capacity, !makeRoom(count + bytes.count) { return false }
        guard let base else { preconditionFailure("room without memory") }
        (base + start + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
        return true
    }

    mutating func consume(_ size: Int) {
        precondition(size <= count, "more consumed than there is")
        count -= size
        start += size
        if count == 0 { drop() }
    }

    mutating func drop() {
        base?.deallocate()
        budget.release(capacity)
        base = nil
        start = 0
        count = 0
        capacity = 0
    }

    private mutating func makeRoom(_ size: Int) -> Bool {
        if size <= capacity, let base {
            base.copyMemory(from: base + start, byteCount: count)
            start = 0
            return true
        }
        let wanted = max(Self.smallest, size + size / 2)
        guard budget.reserve(wanted) else { return false }
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: wanted, alignment: 16)
        if let base {
            fresh.copyMemory(from: base + start, byteCount: count)
            base.deallocate()
        }
        budget.release(capacity)
        base = fresh
        start = 0
        capacity = wanted
        return true
    }
}
