internal import ClusterModel

/// Which nodes hooks are asked about before they are declared down, and what was said.
struct DownApprovals {
    /// Somebody is to be asked.
    struct Question: Sendable {
        let node: Node
        let reason: String
    }

    /// What the engine may do now.
    enum Answer { case wait, goAhead, overruled(reason: String) }

    private enum Standing {
        case asking
        case granted
        /// Not before `until`; `since` is when the first veto came.
        case vetoed(reason: String, until: ContinuousClock.Instant, since: ContinuousClock.Instant)
    }

    /// Together, vetoes keep a node in service for this long.
    var limit = Duration.zero
    private var standings: [NodeID: Standing] = [:]
    /// When the first veto of the present trouble came.
    private var firstVetoes: [NodeID: ContinuousClock.Instant] = [:]
    private var questions: [Question] = []

    /// Until a vetoing hook is asked again, when it does not say; and at least.
    private static let retry = Duration.seconds(15), leastRetry = Duration.seconds(1)

    /// What holds for a node; asks, where nobody was asked yet.
    mutating func standing(of node: Node, reason: String, at now: ContinuousClock.Instant) -> Answer {
        switch standings[node.id] {
        case .asking: return .wait
        case .granted: return .goAhead
        case .vetoed(let words, let until, let since):
            if now >= since + limit { return .overruled(reason: words) }
            if now < until { return .wait }
        case nil: break
        }
        standings[node.id] = .asking
        questions.append(Question(node: node, reason: reason))
        return .wait
    }

    mutating func takeQuestions() -> [Question] {
        defer { questions = [] }
        return questions
    }

    /// Nothing when the node came back while hooks were asked.
    mutating func note(_ consent: Consent, of node: NodeID, at now: ContinuousClock.Instant) -> Duration? {
        guard case .asking = standings[node] else { return nil }
        switch consent {
        case .granted:
            standings[node] = .granted
            return nil
        case .refused(let reason, let retry, _):
            let since = firstVetoes[node] ?? now
            firstVetoes[node] = since
            let until = min(now + max(retry ?? Self.retry, Self.leastRetry), max(since + limit, now))
            standings[node] = .vetoed(reason: reason, until: until, since: since)
            return until - now
        }
    }

    /// The node answers, or was declared down: next time is another trouble.
    mutating func forget(_ node: NodeID) {
        standings[node] = nil
        firstVetoes[node] = nil
    }
}

extension ClusterCoordinator {
    /// Whether a node may be declared down now; where hooks have a say they are asked meanwhile, and nothing waits for them here.
    func mayDeclareDown(_ node: Node, _ reason: String) async -> Bool {
        guard await hands.asksBeforeNodeDown() else { return true }
        switch approvals.standing(of: node, reason: reason, at: .now) {
        case .wait: return false
        case .goAhead: break
        case .overruled(let words): await record("veto_overruled", node: node.id, "max_veto is over: \(node.name) is declared down against \(words)")
        }
        approvals.forget(node.id)
        return true
    }

    /// Asks, and has the node judged again when there is something new to go by.
    func ask(_ question: DownApprovals.Question) async {
        let node = question.node
        let consent = await hands.approveNodeDown(node, reason: question.reason, downFor: .now - trouble(of: node.id), in: snapshot())
        if let pause = approvals.note(consent, of: node.id, at: .now) {
            if case .refused(let reason, _, _) = consent { await record("node_down_vetoed", node: node.id, "\(node.name) stays in service: \(reason)") }
            do { try await Task.sleep(for: pause) } catch { return }
        }
        inbox.postAgain(node.id)
    }
}
