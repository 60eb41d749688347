/// Why a hook failed, and where.
package struct HookFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Who has to do something about it.
    package enum Kind: String, Sendable {
        /// The hook is wrong: correct the file.
        case code
        /// The world is: a node, the network, the machine.
        case environment
        /// Too long, too much memory, too much CPU.
        case budget
        /// The hook itself said that the event cannot be done.
        case aborted
        /// Somebody ended the event.
        case cancelled
        /// A dry run: what comes next cannot be known.
        case plan
        /// A replay: recording and hook part.
        case replay
        /// The decision behind the event was out of date.
        case leadership
    }

    package let kind: Kind
    package let message: String
    /// nil when the hook had not begun.
    package let place: HookPlace?
    /// The hook's name; its file's before the name is known.
    package let hook: String
    /// The unfinished step; nil between steps.
    package let step: String?

    init(_ kind: Kind, _ message: String, place: HookPlace?, hook: String, step: String? = nil) {
        self.kind = kind
        self.message = message
        self.place = place
        self.hook = hook
        self.step = step
    }

    /// `file:line: message (in step "promote" of hook understudy/failover)`
    package var description: String {
        let context = step.map { "in step \"\($0)\" of hook \(hook)" } ?? "in hook \(hook)"
        return (place.map { "\($0): " } ?? "") + "\(message) (\(context))"
    }
}

/// A line of a hook's.
package struct HookPlace: Hashable, Sendable, CustomStringConvertible {
    /// As the directory was given, and the file's name.
    package let file: String
    /// The first is 1; 0 when only the file is known.
    package let line: Int
    package var description: String { line > 0 ? "\(file):\(line)" : file }
}
