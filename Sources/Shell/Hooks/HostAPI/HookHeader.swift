/// The tables that a hook's author writes into the header of `us.hook`: Lua's library takes these keys and no others.
package enum HookHeader {
    /// One table.
    struct Table: Sendable {
        /// `us.Header`
        let className: String
        let title: String
        let keys: [LibraryFunction.Parameter]

        var names: [String] { keys.map(\.name) }
    }

    static let header = Table(className: "us.Header", title: "The header of us.hook", keys: [
        .required("name", "string", "a-z, 0-9 and _, unique."),
        .optional("about", "string", "One sentence, for lists."),
        .optional("version", "string", "For lists."),
        .optional("needs", "string[]", "Capabilities, which the configuration grants: hook.<name>.grants."),
        .optional("options", "table<string, us.Option>", "What the configuration may set, hook.<name>.<option>; each is made by us.opt."),
        .optional("replaces", "string", "The bundled hook that this one switches off, for the events that both define."),
        .optional("on", "table<string, us.Use>", "How the handlers of single events are used, by event."),
        .optional("limits", "us.Limits", "Less than the administrator allows, for this hook."),
        .optional("api", "integer", "The version of the library that the file was written for: 1."),
        .optional("trust", "\"restricted\"", "Gives rights up: no event that does work, no commands, files, writing SQL or engine actions."),
    ])

    static let use = Table(className: "us.Use", title: "The header's on", keys: [
        .optional("before", "string|string[]", "Hooks that run later."),
        .optional("after", "string|string[]", "Hooks that run earlier."),
        .optional("budget", "string|number", "A duration, shorter than the event's own."),
        .optional("on_error", "\"allow\"|\"veto\"", "For approve events: what it means when this hook fails."),
        .optional("parallel", "integer", "For events of which several may run at once."),
        .optional("every", "string|number", "For timer: a duration, as in on = { timer = { every = \"10min\" } }."),
        .optional("cron", "string", "For timer, in place of every: minute, hour, day, month, weekday, as in \"0 3 * * *\"."),
        .optional("where", "\"L\"|\"N\"", "For timer: on the leader, or on every member. L."),
    ])

    static let limits = Table(className: "us.Limits", title: "The header's limits", keys: [
        .optional("memory", "string|integer", "Bytes that Lua may hold."),
        .optional("cpu", "string|number", "CPU time of one handler, a duration."),
        .optional("cpu_slice", "string|number", "CPU time between two requests to the engine."),
        .optional("log_lines", "integer", "Lines in the log."),
    ])

    static let all = [header, use, limits]

    /// As the sandbox's library is told.
    static var value: HookValue {
        ["keys": .list(header.names.map(HookValue.text)), "on": .list(use.names.map(HookValue.text)), "limits": .list(limits.names.map(HookValue.text))]
    }
}
