/// What Lua's library asks on behalf of `us.step`, `us.sleep` and the like.
extension HostFunction {
    private static func flow(_ name: String, _ parameters: [Parameter], _ returns: Result = .nothing, _ about: String) -> HostFunction {
        HostFunction(name, .flow, nil, parameters, returns: returns, isInternal: true, about)
    }

    private static let name = Parameter.required("name", .string)
    private static let key = Parameter.required("key", .string)

    static let flow = [
        flow("step.begin", [name, .optional("has_undo", .boolean)], .value, "Whether a step has finished, and what it gave: `is_finished`, `value`."),
        flow("step.end", [name, .optional("value", .value), .optional("has_undo", .boolean)], "A step has finished."),
        flow("undo.register", [name], "Something is to be undone when the event fails."),
        flow("undo.begin", [name], .value, "Whether it was undone already: `is_finished`."),
        flow("undo.end", [name, .optional("error", .string)], "It was undone, or could not be."),
        flow("once.begin", [key], .value, "Whether it was done already: `is_finished`, `value`."),
        flow("once.end", [key, .optional("value", .value), .optional("expire", .duration)], "It was done."),
        flow("sleep", [.required("seconds", .duration)], "Waits."),
        flow("progress", [.required("fraction", .number), .optional("text", .string)], "How far the work is."),
        flow("span.begin", [name], "A named part begins."),
        flow("span.end", [name], "A named part ends."),
        flow("together", [.required("begin", .value), .required("wait", .value), .required("cancel", .value)], .value, "Several calls at once."),
    ]
}
