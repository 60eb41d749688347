internal import ClusterModel

/// How long the answers of hooks hold in one failover: while it waits, the nodes are looked at all the time, and the hooks are not.
struct HookPatience {
    /// Until a vetoing hook is asked again, when it does not say.
    private static let retry = Duration.seconds(15)
    /// A hook cannot have itself asked more often.
    private static let leastRetry = Duration.seconds(1)

    /// Together, vetoes hold a failover up for this long.
    private let limit: Duration
    private let fencingRetry: Duration
    private var firstVeto: ContinuousClock.Instant?
    private var vetoes: [NodeID: (reason: String, wantsNext: Bool, until: ContinuousClock.Instant)] = [:]
    private var choice: (candidates: [NodeID], answer: [NodeID])?
    private var fencing: (reason: String, until: ContinuousClock.Instant)?

    init(_ rules: FailoverRules) {
        limit = rules.maxVeto
        fencingRetry = rules.fencingRetry
    }

    /// The last choice, while any veto holds and the candidates are the same.
    func choice(among candidates: [NodeID], at now: ContinuousClock.Instant) -> [NodeID]? {
        guard let choice, choice.candidates == candidates, vetoes.values.contains(where: { $0.until > now }) || unfenced(at: now) != nil else { return nil }
        return choice.answer
    }

    mutating func note(choice answer: [NodeID], among candidates: [NodeID]) { choice = (candidates, answer) }

    /// A veto that still holds.
    func veto(of candidate: NodeID, at now: ContinuousClock.Instant) -> (reason: String, wantsNext: Bool)? {
        vetoes[candidate].flatMap { $0.until > now ? ($0.reason, $0.wantsNext) : nil }
    }

    /// false when vetoes have held the failover up for long enough: this one does not count.
    mutating func note(vetoOf candidate: NodeID, reason: String, wantsNext: Bool, retry: Duration?, at now: ContinuousClock.Instant) -> Bool {
        let first = firstVeto ?? now
        firstVeto = first
        guard now < first + limit else { return false }
        vetoes[candidate] = (reason, wantsNext, min(now + max(retry ?? Self.retry, Self.leastRetry), first + limit))
        return true
    }

    /// Why the old primary is not fenced, until it is to be tried again.
    func unfenced(at now: ContinuousClock.Instant) -> String? { fencing.flatMap { $0.until > now ? $0.reason : nil } }

    mutating func note(unfenced reason: String, at now: ContinuousClock.Instant) { fencing = (reason, now + fencingRetry) }
}
