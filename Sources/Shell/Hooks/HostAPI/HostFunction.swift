/// A host function: declared once, and from that come its Lua binding, the checks of its arguments and of the hook's rights,
/// the editor's stubs and the manual.
package struct HostFunction: Sendable {
    /// What the call does to the world, which decides what becomes of it in a dry run.
    package enum Effect: String, Sendable {
        /// Looks only.
        case read
        /// Changes something, and what it will give is known beforehand.
        case write
        /// Changes something, and nobody can know what it will give.
        case opaque
        /// An action of the engine's.
        case engine
        /// Belongs to the event itself: steps, pauses.
        case flow
    }

    /// How its author writes the call.
    package enum Style: String, Sendable {
        /// By position, then one table of options.
        case positional
        /// One table: the arguments vector, and options.
        case vector
        /// A text and its parameters, or one table of these and options.
        case statement
    }

    /// What Lua makes of the answer.
    package enum Result: String, Sendable { case nothing, boolean, integer, text, texts, value, rows, command, response, cluster }

    /// An argument.
    package struct Parameter: Sendable {
        package let name: String
        package let type: HostParameterType
        package let isOptional: Bool
        /// One sentence; empty where the name says it.
        package let about: String
    }

    /// `node.promote`
    package let operation: String
    package let effect: Effect
    /// What it asks of a hook's rights; a `Capability` each, from the arguments.
    let needs: @Sendable (HostArguments) -> [Capability]
    /// The same for people: `run:<program>`; nil when everybody may.
    package let rights: String?
    package let style: Style
    /// By position, without the node.
    package let parameters: [Parameter]
    /// By name, in one table.
    package let options: [Parameter]
    package let returns: Result
    package let about: String
    /// Whether Lua's library asks it by itself, under another name or none.
    package let isInternal: Bool
    /// The first version has only its declaration: why, as a sentence.
    package let missing: String?

    init(_ operation: String, _ effect: Effect, _ capability: Capability? = nil, style: Style = .positional, _ parameters: [Parameter] = [],
         options: [Parameter] = [], returns: Result = .nothing, isInternal: Bool = false, missing: String? = nil, about: String) {
        self.init(operation, effect, rights: capability?.description, needs: { _ in capability.map { [$0] } ?? [] }, style: style, parameters, options: options,
                  returns: returns, isInternal: isInternal, missing: missing, about: about)
    }

    init(_ operation: String, _ effect: Effect, rights: String?, needs: @escaping @Sendable (HostArguments) -> [Capability], style: Style = .positional,
         _ parameters: [Parameter] = [], options: [Parameter] = [], returns: Result = .nothing, isInternal: Bool = false, missing: String? = nil, about: String) {
        self.operation = operation
        self.effect = effect
        self.rights = rights
        self.needs = needs
        self.style = style
        self.parameters = parameters
        self.options = options
        self.returns = returns
        self.isInternal = isInternal
        self.missing = missing
        self.about = about
    }

    /// Whether it belongs to a node: `node.promote` is `node:promote`.
    package var isMethod: Bool { operation.hasPrefix("node.") }

    /// How its author calls it: `node:promote`, `us.http.get`.
    package var label: String { isMethod ? "node:" + operation.dropFirst("node.".count) : "us." + operation }

    /// As the sandbox's library is told.
    var value: HookValue {
        [
            "op": .text(operation), "style": .text(style.rawValue), "returns": .text(returns.rawValue),
            "parameters": .list(parameters.map(\.value)), "options": .list(options.map(\.value)),
        ]
    }
}

extension HostFunction.Parameter {
    static func required(_ name: String, _ type: HostParameterType, _ about: String = "") -> Self { Self(name: name, type: type, isOptional: false, about: about) }
    static func optional(_ name: String, _ type: HostParameterType, _ about: String = "") -> Self { Self(name: name, type: type, isOptional: true, about: about) }

    var value: HookValue { ["name": .text(name), "type": .text(type.rawValue), "is_optional": .boolean(isOptional)] }
}

extension HostFunction {
    /// Whether an operation of this name, `node.promote`, changes something.
    static func changes(_ operation: String) -> Bool { byOperation[operation].map { ![.read, .flow].contains($0.effect) } ?? false }

    /// What nodes can be asked to do.
    static var methodNames: [String] { all.filter(\.isMethod).map { String($0.operation.dropFirst("node.".count)) } }
}
