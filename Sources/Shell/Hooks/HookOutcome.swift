/// How an event ended.
package enum HookOutcome: Hashable, Sendable {
    /// A `do` hook said that it is done, and what it did.
    case done(hook: String, HookValue)
    /// A `do` hook said that there is nothing to do, and why.
    case skipped(hook: String, reason: String)
    /// A `do` hook asks for the event to be tried again.
    case retry(hook: String, after: Duration, reason: String)
    /// A `choose` hook answered, in the form that its event asks for; nodes are a list of their numbers.
    case chosen(hook: String, HookValue)
    /// `approve` hooks refused; the first that did, with what any of them asked for.
    case vetoed(HookVeto)
    /// Every hook let the next one go on, or had no opinion, or consented; also when there is none.
    case passed
    /// A `do` hook failed, or hooks that were told did: the first.
    case failed(HookFault)
}

/// A refusal.
package struct HookVeto: Hashable, Sendable {
    package let hook: String
    package let reason: String
    /// When to ask again; nil leaves it to the event.
    package var retry: Duration?
    /// Take another candidate instead of asking again.
    package var wantsNext = false

    /// In which order and how often hooks are asked does not matter: the longest pause counts, and any wish for another candidate.
    func merged(_ other: HookVeto) -> HookVeto {
        var merged = self
        merged.retry = [retry, other.retry].compactMap(\.self).max()
        merged.wantsNext = wantsNext || other.wantsNext
        return merged
    }
}

/// What one handler answered.
enum HookAnswer: Hashable, Sendable {
    case passed
    /// An outcome that ends a chain of `do` or `choose` hooks.
    case final(HookOutcome)
    case veto(HookVeto)

    /// nil when the process reported what its library never says.
    init?(_ report: HookValue, from hook: String) {
        let reason = report["reason"].text ?? ""
        let seconds: (String) -> Duration? = { report[$0].number.map { .seconds($0) } }
        switch report["outcome"].text {
        case "passed": self = .passed
        case "done": self = .final(.done(hook: hook, report["value"]))
        case "skipped": self = .final(.skipped(hook: hook, reason: reason))
        case "retry": self = .final(.retry(hook: hook, after: seconds("after") ?? .zero, reason: reason))
        case "chosen": self = .final(.chosen(hook: hook, report["value"]))
        case "veto": self = .veto(HookVeto(hook: hook, reason: reason, retry: seconds("retry"), wantsNext: report["next"].boolean ?? false))
        default: return nil
        }
    }
}
