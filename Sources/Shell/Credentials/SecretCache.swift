package import Sessions

/// What `auth_query` said of users, remembered for a while, so that a login seldom waits for a query.
///
/// One question for a user at a time, however many logins wait for it. Where the question fails an older answer still counts:
/// a node that is away for a moment must not keep users out.
package actor SecretCache {
    /// What is known of a user.
    package enum Answer: Hashable, Sendable {
        case known(UserSecret)
        /// There is no such user who may log in by a password.
        case unknown
        /// Nobody answered: asking again may help.
        case failed(reason: String)
        /// The question itself is wrong, or the daemon may not ask it.
        case mistaken(reason: String)
    }

    private struct Entry {
        let answer: Answer
        let since: ContinuousClock.Instant
        /// A password was wrong by it: the next login asks anew.
        var isDoubted = false
    }

    /// Users remembered; an attacker may try any number of names.
    static let capacity = 10_000
    /// Questions under way at a time, and logins that wait for one.
    static let mostQuestions = 4
    static let mostWaiting = 10_000
    /// An answer younger than this is not asked again because of a wrong password: guessing must not cost a query each.
    private static let undoubted = Duration.seconds(1)

    private let life: Duration
    private let ask: @Sendable (String) async -> Answer
    private var entries: [String: Entry] = [:]
    private var underWay: [String: [CheckedContinuation<Answer, Never>]] = [:]
    private var free = mostQuestions
    private var inLine: [CheckedContinuation<Void, Never>] = []
    private var waiting = 0

    /// `ask` runs the query; it ends by itself in bounded time.
    package init(life: Duration, ask: @escaping @Sendable (String) async -> Answer) {
        self.life = life
        self.ask = ask
    }

    /// The secret of a user, remembered or asked for.
    package func secret(of user: String, now: ContinuousClock.Instant = .now) async -> Answer {
        if let entry = entries[user], !entry.isDoubted, now - entry.since < life { return entry.answer }
        guard waiting < Self.mostWaiting else { return .failed(reason: "\(Self.mostWaiting) logins wait for auth_query already") }
        waiting += 1
        defer { waiting -= 1 }
        if underWay[user] != nil { return await withCheckedContinuation { underWay[user]?.append($0) } }
        underWay[user] = []
        await takeTurn()
        let answer = remember(await ask(user), of: user, now)
        passTurn()
        for continuation in underWay.removeValue(forKey: user) ?? [] { continuation.resume(returning: answer) }
        return answer
    }

    /// A password was wrong by what was said: perhaps it has changed.
    package func doubt(_ user: String, now: ContinuousClock.Instant = .now) {
        if let entry = entries[user], now - entry.since >= Self.undoubted { entries[user]?.isDoubted = true }
    }

    private func remember(_ answer: Answer, of user: String, _ now: ContinuousClock.Instant) -> Answer {
        switch answer {
        case .failed, .mistaken: return entries[user]?.answer ?? answer
        case .known, .unknown: break
        }
        if entries.count >= Self.capacity, entries[user] == nil { makeRoom(now) }
        entries[user] = Entry(answer: answer, since: now)
        return answer
    }

    /// What is out of date goes first, then users who do not exist, then all.
    private func makeRoom(_ now: ContinuousClock.Instant) {
        entries = entries.filter { now - $0.value.since < life }
        if entries.count >= Self.capacity { entries = entries.filter { $0.value.answer != .unknown } }
        if entries.count >= Self.capacity { entries = [:] }
    }

    private func takeTurn() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { inLine.append($0) } }
    }

    private func passTurn() {
        if inLine.isEmpty { free += 1 } else { inLine.removeFirst().resume() }
    }
}
