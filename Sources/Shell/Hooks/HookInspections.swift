internal import Settings
internal import Synchronization

/// What hook files were found to be: one that is what it was, among files that are what they were, is not looked into again.
///
/// Nothing else decides what a file defines: loading has no effects, and sees nothing of the system.
package final class HookInspections: Sendable {
    /// What a report depends on besides the hook's own options.
    struct Subject: Hashable {
        /// Of all that the file may use.
        let code: [UInt8]
        let chunk: String
        let text: String
        let isBundled: Bool
        let isRestricted: Bool
        let nodes: [String]
    }

    private struct Finding {
        /// The hook's own: only the report says whose they are.
        let options: [Settings.HookOption]
        let report: HookValue
    }

    /// Far more than there are hooks; then all are forgotten, so that a daemon that is reloaded for years does not grow.
    static let most = 1000

    private let findings = Mutex<[Subject: [Finding]]>([:])

    package init() {}

    /// How many reports are kept.
    var count: Int { findings.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// The report of a hook process, if it was asked before; nil otherwise.
    func report(on subject: Subject, _ options: [Settings.HookOption]) -> HookValue? {
        findings.withLock { $0[subject]?.first { $0.options == Self.own($0.report, options) }?.report }
    }

    func keep(_ report: HookValue, on subject: Subject, _ options: [Settings.HookOption]) {
        if count >= Self.most { findings.withLock { $0 = [:] } }
        findings.withLock { $0[subject, default: []].append(Finding(options: Self.own(report, options), report: report)) }
    }

    private static func own(_ report: HookValue, _ options: [Settings.HookOption]) -> [Settings.HookOption] {
        let segment = Hook.segment(of: report["name"].text ?? "")
        return options.filter { $0.hook == segment }
    }
}
