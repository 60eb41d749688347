internal import Glibc

/// Why a hook failed, from what its process reported or how it ended.
extension HookConversation {
    /// `last` is what it asked for last: the best place there is when nothing was reported.
    func fault(_ kind: HookFault.Kind, _ message: String, _ last: HookRequest?) -> HookFault {
        HookFault(kind, message, place: last?.place, hook: hook, step: last?.step)
    }

    /// A fault that the sandbox reports. What Lua raises begins with `file:line:`; that is the better place. `gap` is what the latest query did not give.
    func fault(from report: HookValue, gap: String?) -> HookFault {
        var message = report["message"].text ?? "no reason given", place = place(report)
        for (chunk, file) in files where message.hasPrefix(chunk + ":") {
            let rest = message.dropFirst(chunk.count + 1), digits = rest.prefix { $0.isNumber }
            guard let line = Int(digits), rest.dropFirst(digits.count).hasPrefix(": ") else { continue }
            place = HookPlace(file: file, line: line)
            message = String(rest.dropFirst(digits.count + 2))
            break
        }
        return HookFault(HookFault.Kind(rawValue: report["class"].text ?? "") ?? .code, message + FaultHint.text(for: message, gap: gap), place: place, hook: hook, step: report["step"].text)
    }

    /// How a process ended that made no report.
    static func words(for status: Int32?) -> String {
        guard let status else { return "the hook process ended" }
        switch status & 0x7F {
        case 0: return "the hook process ended with status \((status >> 8) & 0xFF)"
        case SIGXCPU: return "the hook process used up its CPU time"
        case let signal: return "the hook process was ended by signal \(signal)"
        }
    }

    static func kind(of status: Int32?) -> HookFault.Kind { status.map { $0 & 0x7F == SIGXCPU } == true ? .budget : .environment }
}
