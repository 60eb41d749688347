/// What to do about messages that are Lua's own and name no cure; appended to them.
enum FaultHint {
    /// Empty where there is nothing to add. `gap` is what the latest query did not give.
    static func text(for message: String, gap: String?) -> String {
        if message.hasPrefix("attempt to call a "), let method = name(in: message, after: "value (method '"), EventSchema.nodeFields.contains(where: { $0.name == method }) {
            return "; \(method) is a field of the event's snapshot: write node.\(method)\(now[method].map { ", or node:\($0)() for what it is now" } ?? "")"
        }
        guard message.hasPrefix("attempt to "), message.contains(" nil") else { return "" }
        let hint = hint(for: message)
        guard let gap, !message.contains("(global '") else { return hint }
        return "; \(gap)" + hint
    }

    /// What a query did not give: no rows, or NULL in some columns of them; empty where it gave all, nil where the call was no query.
    static func gap(in result: Result<HookValue, HostCallFailure>, of call: HookRequest) -> String? {
        guard call.operation == HostOperation.sql.rawValue, case .success(let value) = result, let rows = value["rows"].list else { return nil }
        let place = call.place.map { "the query at \($0.file.split(separator: "/").last ?? ""):\($0.line)" } ?? "the query"
        if rows.isEmpty { return "\(place) gave no rows" }
        let columns = (value["columns"].list ?? []).enumerated().filter { at, _ in rows.contains { row in at < (row.list?.count ?? 0) ? row.list?[at] == HookValue.none : true } }.compactMap(\.element.text)
        return columns.isEmpty ? "" : "\(place) gave \(rows.count == 1 ? "1 row" : "\(rows.count) rows"), with NULL for \(columns.joined(separator: ", "))"
    }

    private static func hint(for message: String) -> String {
        guard message.contains(" a nil value") else { return message.contains(" with nil") || message.contains(" nil with") ? "; test it first" : "" }
        if let global = name(in: message, after: "(global '") { return missing[global].map { "; hooks have no \(global): \($0)" } ?? "; nothing has the name \(global) here" }
        if let local = name(in: message, after: "(local '") { return "; a query without a row, a NULL and a key that a table does not have give nil: test it first, `if \(local) then`" }
        if message.hasPrefix("attempt to index") || message.hasPrefix("attempt to perform") || message.hasPrefix("attempt to concatenate") {
            return "; a query without a row, a NULL and a key that a table does not have give nil: test it first"
        }
        return ""
    }

    private static func name(in message: String, after mark: String) -> String? {
        guard let begin = message.firstRange(of: mark)?.upperBound else { return nil }
        return message[begin...].firstIndex(of: "'").map { String(message[begin..<$0]) }
    }

    /// Fields that can be asked for again, and the methods that do.
    private static let now = ["lsn": "lsn_now", "timeline": "timeline_now", "lag_bytes": "lag_now"]

    /// Lua's libraries that hooks do without, and what is for that.
    static let missing = [
        "io": "files are node:read_file's and us.fs's", "debug": "us.log says what goes on", "package": "require finds lib/ and Understudy's library",
        "dofile": "require finds lib/", "loadfile": "require finds lib/",
    ]
}
