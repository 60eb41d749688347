import ClusterModel
import Failover

/// `synchronous_standby_names`, and whose word it takes: as PostgreSQL applies it.
struct SynchronousNames {
    enum Method: String { case first = "FIRST", any = "ANY" }

    var method: Method
    var count: Int
    /// In the order of the setting.
    var names: [NodeID]

    /// Waits for nobody.
    static let none = SynchronousNames(method: .first, count: 0, names: [])

    init(method: Method, count: Int, names: [NodeID]) {
        self.method = method
        self.count = count
        self.names = names
    }

    /// What the engine has set.
    init(_ value: SynchronousStandbyNames?) {
        method = value?.method == .any ? .any : .first
        count = value?.count ?? 0
        names = value?.names.compactMap { Int($0.dropFirst("node".count)).map(NodeID.init) } ?? []
    }

    /// As it stands in the configuration.
    var setting: String { count == 0 ? "" : "\(method.rawValue) \(count) (\(names.map { "node\($0)" }.joined(separator: ", ")))" }

    /// Whether a commit that ends at `position` is confirmed, by what the connected standbys have flushed.
    ///
    /// FIRST waits for the first `count` that are connected; the others do not help. Fewer than `count` are never enough.
    func isConfirmed(_ position: Int, flushed: (NodeID) -> Int?) -> Bool {
        let connected = names.compactMap(flushed)
        guard connected.count >= count else { return false }
        return switch method {
        case .first: connected.prefix(count).allSatisfy { $0 >= position }
        case .any: connected.count { $0 >= position } >= count
        }
    }
}
