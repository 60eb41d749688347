/// Values of which many connections have the same, each kept once: those that share it compare theirs by a glance at where it lies.
struct SharedValues<Value: Equatable> {
    /// Nodes and settings make few; beyond, the oldest make room.
    private let capacity = 64
    private var values: [Value] = []

    mutating func one(like value: Value) -> Value {
        if let known = values.first(where: { $0 == value }) { return known }
        if values.count == capacity { values.removeFirst() }
        values.append(value)
        return value
    }
}
