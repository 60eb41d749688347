/// `us.kv`: values that outlive events, a namespace for each hook; and locks.
extension HostFunction {
    private static func value(_ name: String, _ effect: Effect, _ parameters: [Parameter], options: [Parameter] = [], _ returns: Result, about: String) -> HostFunction {
        HostFunction("kv." + name, effect, rights: effect == .read ? nil : "kv:write", needs: { arguments in
            if let space = arguments["shared"].text { return [Capability("kv:shared:" + space)] }
            return effect == .read ? [] : [Capability("kv:write")]
        }, parameters, options: options, returns: returns, about: about)
    }

    private static let key = Parameter.required("key", .string)
    private static let expire = Parameter.optional("expire", .duration, "When it is forgotten; never.")

    static let keyValues = [
        value("get", .read, [key], .value, about: "The value of a key; nil where there is none."),
        value("list", .read, [.optional("prefix", .string)], .value, about: "The keys that begin so, sorted."),
        value("set", .write, [key, .required("value", .value)], options: [expire], .nothing, about: "Sets a key: at most 64 kB, and 1 MB for all of a hook's."),
        value("delete", .write, [key], .nothing, about: "Forgets a key."),
        value("incr", .write, [key], options: [.optional("by", .integer, "1."), expire], .integer, about: "Adds to a number and returns it; a key that is not there is 0."),
        value("compare_and_set", .write, [key, .optional("expected", .value, "nil: the key is not there."), .required("value", .value)], options: [expire], .boolean,
              about: "Sets a key if its value is the expected one; whether it did."),
        HostFunction("lock.acquire", .write, Capability("lock"), [.required("name", .string)],
                     options: [.optional("wait", .duration, "10s."), .optional("lease", .duration, "60s.")], returns: .integer, isInternal: true,
                     about: "Holds a lock over all events until it is released or its lease ends; returns its fencing token."),
        HostFunction("lock.release", .write, Capability("lock"), [.required("name", .string), .required("token", .integer)], isInternal: true, about: "Releases a lock."),
    ]
}
