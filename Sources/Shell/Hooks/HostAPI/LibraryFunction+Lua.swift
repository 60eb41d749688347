/// The part of the library that is written in Lua, declared for its readers.
extension LibraryFunction {
    static let written: [LibraryFunction] = [definition, results, steps, waiting, together, saying, texts, others].flatMap { $0 }

    private static let duration = "string|number", body = "fun(): any"

    private static let definition: [LibraryFunction] = [
        LibraryFunction("us.hook", [.required("header", "us.Header")], returns: "us.Hook",
                        about: "Declares the hook that this file defines: give it one function per event, and return it at the end of the file."),
        option("boolean", "boolean", "on or off."), option("integer", "integer", "A whole number."), option("number", "number", "A number."),
        option("string", "string", "A text."), option("duration", duration, "\"500ms\", \"30s\", \"10min\"; handlers are given seconds."),
        option("bytes", "string|integer", "\"16MB\"; handlers are given bytes."), option("list", "string|string[]", "Texts, with commas between them in the configuration."),
        option("node", "string", "A node of the cluster, by its name; handlers are given the node."), option("secret", "string", "The name of a secret, for us.secret."),
        LibraryFunction("us.opt.one_of", [.required("choices", "string[]"), .optional("default", "string")], returns: "us.Option", about: "One of these words."),
        LibraryFunction("us.bundled", [.required("event", "string")], returns: "fun(ev: us.Event, opt: table?): us.Outcome?",
                        about: "The handler that Understudy brings for an event: `return us.bundled \"failover\" (ev)`."),
        LibraryFunction("us.api", effect: "value", returns: "integer", about: "The version of this library: 1."),
    ]

    private static func option(_ type: String, _ lua: String, _ about: String) -> LibraryFunction {
        LibraryFunction("us.opt." + type, [.optional("default", lua, "Without one the configuration must set it.")], returns: "us.Option", about: about)
    }

    private static let results = [
        LibraryFunction("us.done", [.optional("info", "table", "For the event's record.")], returns: "us.Outcome", about: "The event is handled: later hooks are not asked."),
        LibraryFunction("us.skip", [.required("reason", "string")], returns: "us.Outcome", about: "There is nothing to do for this event: later hooks are not asked."),
        LibraryFunction("us.retry", [.required("after", duration), .required("reason", "string")], returns: "us.Outcome", about: "The event is to be tried again after a while."),
        LibraryFunction("us.veto", [.required("reason", "string"), .optional("options", "{ retry: string|number?, next: boolean? }", "retry: when to ask again; next: take another candidate.")],
                        returns: "us.Outcome", about: "No, for events that ask for consent."),
        LibraryFunction("us.abort", [.required("reason", "string"), .optional("...", "any", "For the reason's %s.")], about: "Ends the event as failed, for a reason that is the hook's own."),
    ]

    private static let steps = [
        LibraryFunction("us.step", effect: "flow", [.required("name", "string", "Unique within the event."), .required("body", body), .optional("undo", "fun()", "Run when the event fails later.")],
                        returns: "any", about: "Runs `body` once for an event and returns what it returned: after a crash the recorded result is given. Undos run last first."),
        LibraryFunction("us.undo", effect: "flow", [.required("name", "string", "Unique within the event."), .required("body", "fun()")], about: "What is to be run when the event fails from here on."),
        LibraryFunction("us.once", effect: "flow", [.required("key", "string"), .required("body", body), .optional("options", "{ expire: string|number? }")], returns: "any",
                        about: "Runs `body` for a key until it has finished once, over all events of this hook; at least once, for a crash in it runs it again."),
    ]

    private static let waiting = [
        LibraryFunction("us.sleep", effect: "flow", [.required("length", duration)], about: "Waits."),
        LibraryFunction("us.wait_until", effect: "flow", [.required("limit", duration), .required("condition", body), .optional("options", "{ every: string|number? }", "500ms.")], returns: "any",
                        about: "Calls `condition` at once and then every so often until it is true, and returns that; an error when it takes longer than the limit."),
        LibraryFunction("us.retrying", effect: "flow", [.required("options", "{ attempts: integer?, first: string|number?, factor: integer?, max: string|number? }", "3 attempts, pauses of 1s, times 2, at most 30s."),
                                                .required("body", body)], returns: "any", about: "Runs `body` until it succeeds, with pauses; the last error when it does not."),
        LibraryFunction("us.timeout", effect: "flow", [.required("limit", duration), .required("body", body)], returns: "any", about: "Ends with an error when `body` takes longer than the limit."),
        LibraryFunction("us.lock", effect: "write", rights: "lock", [.required("name", "string"), .required("options", "{ wait: string|number?, lease: string|number? }", "Waits 10s; ends by itself after 60s."),
                                                               .required("body", "fun(token: integer): any", "Given the fencing token, which rises with each holder.")],
                        returns: "any", about: "Runs `body` while no other event holds the lock."),
        LibraryFunction("us.now", returns: "number", about: "Seconds since 1970."),
        LibraryFunction("us.remaining", returns: "number", about: "Seconds until the event's budget ends."),
    ]

    private static let together = [
        LibraryFunction("us.all", effect: "flow", [.required("list", "(fun(): any)[]")], returns: "any[]", about: "Runs functions beside one another and returns their results in order; the first error ends the others."),
        LibraryFunction("us.race", effect: "flow", [.required("list", "(fun(): any)[]")], returns: "any", about: "Runs functions beside one another and returns what the first to end returned; the others are given up."),
        LibraryFunction("us.each", effect: "flow", [.required("list", "any[]"), .required("options", "{ parallel: integer?, timeout: string|number?, keep_going: boolean? }", "1 at once."),
                                            .required("body", "fun(item: any)")], returns: "{ item: any, error: string }[]",
                        about: "Runs `body(item)` for every item and returns the failures; without keep_going the first one is raised."),
        LibraryFunction("us.try", [.required("body", "fun(...): any"), .optional("...", "any", "Its arguments.")], returns: "boolean, any",
                        about: "Whether `body` went well, then its results, or what is wrong."),
        LibraryFunction("us.span", effect: "flow", [.required("name", "string"), .required("body", body)], returns: "any", about: "Runs `body` as a named part of the event; the trace shows how long it took."),
        LibraryFunction("us.progress", effect: "flow", [.required("fraction", "number", "0 to 1."), .optional("text", "string")], about: "Says how far the work is; long events that say nothing for long are ended."),
    ]

    private static let saying: [LibraryFunction] = ["debug", "info", "warn", "error"].map {
        LibraryFunction("us.log." + $0, [.required("message", "string"), .optional("fields", "table")], about: "A line for the log, with the event and the hook's line.")
    }

    private static let texts: [LibraryFunction] = [
        LibraryFunction("us.json.encode", [.required("value", "any")], returns: "string", about: "A value as JSON, keys sorted."),
        LibraryFunction("us.json.decode", [.required("text", "string")], returns: "any", about: "Reads JSON; a null is us.null inside of lists and tables."),
        LibraryFunction("us.null", effect: "value", returns: "any", about: "JSON's null, where nil would leave a key out."),
        LibraryFunction("us.array", [.required("list", "table")], returns: "table", about: "Marks a table as a list, so that an empty one is written `[]`."),
        LibraryFunction("us.sha256", [.required("text", "string")], returns: "string", about: "SHA-256, in hexadecimal."),
    ] + ["base64", "hex", "uri"].flatMap { name in
        [LibraryFunction("us.\(name).encode", [.required("text", name == "hex" ? "string" : "string|us.Secret")], returns: "string",
                         about: writings[name, default: ""] + (name == "hex" ? "" : " Of a secret, a secret.")),
         LibraryFunction("us.\(name).decode", [.required("text", "string")], returns: "string", about: "The way back.")]
    } + [
        LibraryFunction("us.conninfo", [.required("values", "table<string, string|number>")], returns: "string", about: "A libpq connection string, every value quoted."),
        LibraryFunction("us.ident", [.required("name", "string")], returns: "string", about: "A name as SQL takes it, in double quotes."),
        LibraryFunction("us.bytes", [.required("size", "string|integer")], returns: "integer", about: "Bytes: `us.bytes \"16MB\"`."),
        LibraryFunction("us.seconds", [.required("length", duration)], returns: "number", about: "Seconds: `us.seconds \"2min\"`."),
        LibraryFunction("us.human", [.required("bytes", "number")], returns: "string", about: "A number of bytes for people: 9.0 MB."),
        LibraryFunction("us.lsn.parse", [.required("text", "string")], returns: "integer", about: "A WAL position such as 16/B374D848, in bytes."),
        LibraryFunction("us.lsn.format", [.required("position", "integer")], returns: "string", about: "A position as PostgreSQL writes it."),
        LibraryFunction("us.lsn.diff", [.required("a", "integer"), .required("b", "integer")], returns: "integer", about: "Bytes from b to a."),
    ]

    private static let writings = ["base64": "RFC 4648.", "hex": "Two digits a byte.", "uri": "Percent signs for all but letters, digits and `-._~`."]

    private static let others = [
        LibraryFunction("us.secret", rights: "secret:<name>", [.required("name", "string")], returns: "us.Secret",
                        about: "A secret by its name: joined with texts by `..`, passed to us.http, node:sql, stdin and env, opened only there."),
        LibraryFunction("us.kv.shared", rights: "kv:shared:<name>", [.required("name", "string")], returns: "us.kv", about: "The same functions over a namespace that hooks share."),
        LibraryFunction("cluster:standbys", returns: "us.Node[]", about: "The nodes of ev.cluster, or of us.cluster(), that said they are standbys."),
    ]
}
