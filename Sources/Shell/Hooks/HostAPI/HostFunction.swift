internal import ClusterModel

/// A host function: declared once, and from that come its Lua binding, the checks of its arguments and of the hook's rights.
struct HostFunction: Sendable {
    /// What the call does to the world.
    enum Effect: Sendable { case read, write }

    /// What Lua makes of the answer.
    enum Result: String, Sendable { case nothing, boolean, rows }

    struct Parameter: Sendable {
        let name: String
        /// One of `us.opt`'s types.
        let type: String
    }

    /// Without the object: `promote`.
    let name: String
    /// The capability a hook must list under `needs`; nil when everybody may.
    let capability: String?
    let effect: Effect
    /// By position; more may follow if `isVariadic`.
    var parameters: [Parameter] = []
    var isVariadic = false
    /// By name, in one table. A function has parameters or options, not both.
    var options: [Parameter] = []
    let returns: Result
    let about: String
    /// The call, from the node and the arguments as Lua sent them; nil when they are not what the binding sends.
    let call: @Sendable (NodeID, [HookValue], Rights) -> HostCall?

    /// What a hook may do in the event at hand.
    struct Rights: Sendable {
        let needs: Set<String>
        /// A notification cannot change anything.
        let isNotification: Bool
    }

    /// As the sandbox's library is told.
    var value: HookValue {
        [
            "name": .text(name), "is_variadic": .boolean(isVariadic), "returns": .text(returns.rawValue),
            "parameters": .list(parameters.map(\.value)), "options": .list(options.map(\.value)),
        ]
    }

    /// Why the hook may not make this call; nil when it may.
    func refusal(_ rights: Rights, in event: String) -> String? {
        if let capability, !rights.needs.contains(capability) {
            return "node:\(name) needs the capability \"\(capability)\": add it to `needs` in the hook's header"
        }
        if effect == .write, rights.isNotification { return "node:\(name) changes the node, and \(event) is a notification: it can only look" }
        return nil
    }
}

extension HostFunction.Parameter {
    var value: HookValue { ["name": .text(name), "type": .text(type)] }
}

extension HostFunction {
    /// Whether an operation of this name, `node.promote`, changes something.
    static func changes(_ operation: String) -> Bool { byOperation[operation]?.effect == .write }

    /// What nodes can be asked to do.
    static var methodNames: [String] { all.map(\.name) }
}
