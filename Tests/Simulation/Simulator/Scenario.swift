import ClusterModel
import TestSupport

/// What a seed stands for: a cluster, its clients, and what happens to it.
struct Scenario {
    /// Something that goes wrong, or that a person does.
    enum Fault: CaseIterable {
        case crash, stop, freeze, cutFromMember, cutBetweenNodes, killDaemon, slowReplay, slowNetwork, promoteByHand, standbyByHand
    }

    struct Event {
        let at: Int
        let fault: Fault
        /// Whom it hits; nil is the primary of the moment.
        let node: Int?
        let other: Int
        /// Until it is set right.
        let lasts: Int
    }

    /// How hooks behave, in one of so many runs.
    struct HookTrouble {
        var losesResult = 0, runsTwice = 0, outlivesItsBudget = 0, fails = 0
    }

    let nodes: Int
    let synchronous: SynchronousNames
    /// Whether every node has the setting, or only the first primary.
    let isSettingShared: Bool
    /// Whether a new primary goes on with fewer standbys where there are too few.
    let degrades: Bool
    let events: [Event]
    let hooks: HookTrouble
    /// Hooks that veto or prefer.
    let isHookCapricious: Bool

    /// Faults happen from the first to the second.
    static let troubledTime = 1_000_000...7_000_000
    /// Until then everything must be well again.
    static let end = 16_000_000

    init(_ random: inout SeededRandom) {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
        nodes = [2, 3, 3, 3, 4, 5][number(0...5)]
        var names = (0..<nodes).map { NodeID($0) }.shuffled(using: &random)
        let isShared = number(0...1) == 0, hasSynchronous = number(0...3) > 0
        if !isShared || number(0...2) == 0 { names.removeAll { $0 == NodeID(0) } }
        if names.count > 1, number(0...2) == 0, let last = names.lastIndex(where: { $0 != NodeID(0) }) { names.remove(at: last) }
        let others = names.count { $0 != NodeID(0) }
        synchronous = hasSynchronous && others > 0 ? SynchronousNames(method: number(0...1) == 0 ? .first : .any, count: number(1...min(2, others)), names: names) : .none
        degrades = number(0...1) == 0
        // Where it names too few others, a new primary would wait for ever.
        isSettingShared = isShared && (degrades || synchronous.count < names.count)
        let count = number(1...6), nodes = nodes
        var last = number(Self.troubledTime)
        events = (0..<count).map { _ in
            // Troubles seldom come alone: often the next follows while the last is dealt with.
            let time = number(0...1) == 0 ? number(Self.troubledTime) : min(last + number(0...400_000), Self.troubledTime.upperBound)
            last = time
            let node = number(0...nodes) < (nodes + 1) / 2 ? nil : Optional(number(0...nodes - 1))
            return Event(at: time, fault: Fault.allCases[number(0...Fault.allCases.count - 1)], node: node, other: number(0...nodes - 1),
                         lasts: number(0...3) == 0 ? number(1_000_000...5_000_000) : number(1000...600_000))
        }.sorted { $0.at < $1.at }
        let troubles = number(0...3) == 0 ? 4 : 0
        hooks = HookTrouble(losesResult: troubles, runsTwice: 3, outlivesItsBudget: troubles, fails: troubles)
        isHookCapricious = number(0...4) == 0
    }
}
