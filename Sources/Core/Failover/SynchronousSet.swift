package import ClusterModel

/// The standbys a primary's commits wait for: any `required` of `members` confirm each one.
package struct SynchronousSet: Hashable, Sendable, Codable {
    package let members: Set<NodeID>
    package let required: Int

    package init(members: Set<NodeID>, required: Int) {
        self.members = members
        self.required = required
    }

    /// Commits wait for nobody.
    package static let none = SynchronousSet(members: [], required: 0)

    /// How many members must be heard before promoting, so that one of them holds every acknowledged commit:
    /// |V| − k + 1. Zero where commits wait for nobody.
    package var neededForElection: Int { required == 0 ? 0 : max(members.count - required + 1, 1) }

    /// What `synchronous_standby_names` of `primary` means for our nodes.
    ///
    /// `FIRST` and `ANY` ask the same of an election: which k confirm may change from commit to commit. A listed standby that
    /// is none of our nodes can confirm too and can never be asked, so one fewer of ours is certain to hold a commit: it
    /// counts as a confirmation that does not help.
    /// Source: PostgreSQL manual, "synchronous_standby_names".
    package init(setting: String, nodes: [Node], primary: NodeID) {
        guard let value = SynchronousStandbyNames(setting) else {
            self = .none
            return
        }
        let count = value.count, names = value.names
        let standbys = nodes.filter { $0.id != primary }
        if names.contains("*") {
            self.init(members: Set(standbys.map(\.id)), required: count)
            return
        }
        // The primary itself may be listed and never confirms anything.
        let own = nodes.first { $0.id == primary }?.name.lowercased()
        let others = names.map { $0.lowercased() }.filter { $0 != own }
        let members = others.compactMap { name in standbys.first { $0.name.lowercased() == name }?.id }
        let strangers = others.count - members.count
        self.init(members: Set(members), required: max(count - strangers, 1))
    }
}
