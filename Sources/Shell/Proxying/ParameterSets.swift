internal import Sessions

/// Sets of reported parameters, each once: sessions and backends compare theirs by a glance.
struct ParameterSets {
    /// Nodes and settings make few; beyond, the oldest make room.
    private static let capacity = 64
    private var sets: [ServerParameters] = []

    mutating func one(like parameters: ServerParameters) -> ServerParameters {
        if let known = sets.first(where: { $0 == parameters }) { return known }
        if sets.count == Self.capacity { sets.removeFirst() }
        sets.append(parameters)
        return parameters
    }
}
