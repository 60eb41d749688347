internal import Hooks
internal import Logging

extension Logger {
    /// A hook's own line, or one about a hook.
    func hookLine(_ line: HookLogLine) {
        let level: Logger.Level = switch line.level {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
        var metadata = Logger.Metadata()
        if !line.event.isEmpty { metadata["event"] = "\(line.event)" }
        if !line.hook.isEmpty { metadata["hook"] = "\(line.hook)" }
        if let place = line.place { metadata["place"] = "\(place)" }
        for (name, value) in line.fields { metadata["field.\(name)"] = "\(value.logText)" }
        log(level: level, "\(line.message)", metadata: metadata)
    }
}

extension HookValue {
    /// For a log line: texts and numbers as they are, tables in short.
    fileprivate var logText: String {
        switch self {
        case .none: "nil"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .text(let value): value
        case .list(let values): "{" + values.map(\.logText).joined(separator: ", ") + "}"
        case .map(let values): "{" + values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.logText)" }.joined(separator: ", ") + "}"
        }
    }
}
