/// What Lua's library asks on behalf of `us.step`, `us.sleep` and the like.
extension HostFunction {
    private static func flow(_ name: String, _ parameters: [Parameter], _ returns: Result = .nothing, about: String) -> HostFunction {
        HostFunction(name, .flow, nil, parameters, returns: returns, isInternal: true, about: about)
    }

    private static let name = Parameter.required("name", .string)
    private static let key = Parameter.required("key", .string)

    static let flow = [
        flow("step.begin", [name, .optional("has_undo", .boolean)], .value, about: "Whether a step has finished, and what it gave: `is_finished`, `value`."),
        flow("step.end", [name, .optional("value", .value), .optional("has_undo", .boolean)], about: "A step has finished."),
        flow("undo.register", [name], about: "Something is to be undone when the event fails."),
        flow("undo.begin", [name], .value, about: "Whether it was undone already: `is_finished`."),
        flow("undo.end", [name, .optional("error", .string)], about: "It was undone, or could not be."),
        flow("once.begin", [key], .value, about: "Whether it was done already: `is_finished`, `value`."),
        flow("once.end", [key, .optional("value", .value), .optional("expire", .duration)], about: "It was done."),
        flow("sleep", [.required("seconds", .duration)], about: "Waits."),
        flow("progress", [.required("fraction", .number), .optional("text", .string)], about: "How far the work is."),
        flow("span.begin", [name], about: "A named part begins."),
        flow("span.end", [name], about: "A named part ends."),
        flow("run.lines", [.required("command", .integer), .optional("ends", .boolean)], .value, about: "The next lines of a program under way, or its result."),
        flow("together", [.required("begin", .value), .required("wait", .value), .required("cancel", .value)], .value, about: "Several calls at once."),
    ]
}
