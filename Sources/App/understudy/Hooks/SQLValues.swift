internal import Foundation
internal import Hooks
internal import NodeConnections

/// Values between PostgreSQL's text form and Lua's.
enum SQLValues {
    /// A parameter in PostgreSQL's text form.
    static func text(_ value: HookValue) throws(HostCallFailure) -> String? {
        switch value {
        case .none: nil
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .text(let value): value
        case .list, .map: throw HostCallFailure(.code, "an SQL parameter is a text, a number, a boolean or nil, not a table")
        }
    }

    /// Numbers, booleans, JSON and arrays as Lua has them, by the columns' types; everything else is PostgreSQL's text.
    static func value(of rows: Rows) -> HookValue {
        let typed = rows.values.map { row in zip(rows.columns, row).map { column, text in text.map { value($0, column.type) } ?? .none } }
        return HookRows(columns: rows.columns.map(\.name), rows: typed, command: rows.commandTag).value
    }

    /// Source: PostgreSQL's catalog `pg_type`.
    private static func value(_ text: String, _ type: UInt32) -> HookValue {
        switch type {
        case 16: .boolean(text == "t")
        case 20, 21, 23, 26: Int64(text).map(HookValue.integer) ?? .text(text)
        case 700, 701: Double(text).map(HookValue.double) ?? .text(text)
        case 114, 3802: json(text) ?? .text(text)
        case 1000: array(text, of: 16)
        case 1005: array(text, of: 21)
        case 1007: array(text, of: 23)
        case 1016, 1028: array(text, of: 20)
        case 1021, 1022: array(text, of: 701)
        case 1002, 1003, 1009, 1014, 1015, 1231, 2951: array(text, of: 25)
        default: .text(text)
        }
    }

    private static func json(_ text: String) -> HookValue? {
        do { return value(of: try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) } catch { return nil }
    }

    private static func value(of object: Any) -> HookValue {
        switch object {
        case let list as [Any]: .list(list.map(value))
        case let map as [String: Any]: .map(map.mapValues(value))
        case let text as String: .text(text)
        case let number as NSNumber where CFBooleanLike.isBoolean(number): .boolean(number.boolValue)
        case let number as NSNumber: Int64(exactly: number).map(HookValue.integer) ?? .double(number.doubleValue)
        default: .none
        }
    }

    private enum CFBooleanLike {
        /// JSONSerialization's numbers know whether they were true or false.
        static func isBoolean(_ number: NSNumber) -> Bool { number === (true as NSNumber) || number === (false as NSNumber) || String(cString: number.objCType) == "c" }
    }

    /// PostgreSQL's array text, `{1,NULL,"a b",{2}}`; what is none stays a text. NULL in a list is false's neighbour: Lua cannot hold nil
    /// there, so it is an empty table.
    static func array(_ text: String, of type: UInt32) -> HookValue {
        var rest = Substring(text)
        // Bounds that do not begin at 1 come first: [2:3]={…}.
        if rest.hasPrefix("["), let equals = rest.firstIndex(of: "=") { rest = rest[rest.index(after: equals)...] }
        guard let list = list(&rest, type, depth: 0), rest.isEmpty else { return .text(text) }
        return list
    }

    private static func list(_ rest: inout Substring, _ type: UInt32, depth: Int) -> HookValue? {
        guard depth < 8, rest.popFirst() == "{" else { return nil }
        var items: [HookValue] = []
        if rest.first == "}" {
            rest.removeFirst()
            return .list([])
        }
        while true {
            guard let item = item(&rest, type, depth) else { return nil }
            items.append(item)
            switch rest.popFirst() {
            case ",": continue
            case "}": return .list(items)
            default: return nil
            }
        }
    }

    private static func item(_ rest: inout Substring, _ type: UInt32, _ depth: Int) -> HookValue? {
        if rest.first == "{" { return list(&rest, type, depth: depth + 1) }
        guard rest.first == "\"" else {
            let word = rest.prefix { $0 != "," && $0 != "}" }
            rest = rest[word.endIndex...]
            return word == "NULL" ? .map([:]) : value(String(word), type)
        }
        rest.removeFirst()
        var word = ""
        while let character = rest.popFirst() {
            if character == "\"" { return value(word, type) }
            if character == "\\" { rest.popFirst().map { word.append($0) } } else { word.append(character) }
        }
        return nil
    }
}
