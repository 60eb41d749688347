/// What crosses between the daemon and a hook: nothing, truth, numbers, text, lists and maps of these.
package enum HookValue: Hashable, Sendable {
    /// Lua's nil, SQL's NULL.
    case none
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    case text(String)
    case list([HookValue])
    /// An empty Lua table arrives as an empty map.
    case map([String: HookValue])
}

extension HookValue {
    package init(_ node: some BinaryInteger) { self = .integer(Int64(clamping: node)) }

    /// `value`, or `.none` without one.
    package init(_ text: String?) { self = text.map(HookValue.text) ?? .none }

    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    package var text: String? { if case .text(let value) = self { value } else { nil } }
    package var map: [String: HookValue]? { if case .map(let value) = self { value } else { nil } }

    /// A number of either kind.
    package var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .none, .boolean, .text, .list, .map: nil
        }
    }

    /// A list; an empty map is one too, because Lua cannot tell them apart.
    package var list: [HookValue]? {
        switch self {
        case .list(let values): values
        case .map([:]): []
        case .none, .boolean, .integer, .double, .text, .map: nil
        }
    }

    /// A map's field; `.none` where there is none.
    package subscript(key: String) -> HookValue { map?[key] ?? .none }
}

extension HookValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
                     ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .double(value) }
    package init(arrayLiteral values: HookValue...) { self = .list(values) }
    package init(dictionaryLiteral entries: (String, HookValue)...) { self = .map(Dictionary(entries) { _, last in last }) }
    package init(nilLiteral: ()) { self = .none }
}
