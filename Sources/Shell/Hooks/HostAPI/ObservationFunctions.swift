/// What a hook says of itself: metrics and alerts.
extension HostFunction {
    private static func metric(_ name: String, about: String) -> HostFunction {
        HostFunction("metric." + name, .flow, nil, [.required("name", .string), .required("value", .number), .optional("labels", .texts)], about: about)
    }

    static let observation = [
        metric("counter", about: "Adds to a counter, understudy_hook_<name>; at most 50 series a hook."),
        metric("gauge", about: "Sets a gauge."),
        metric("histogram", about: "Notes a value: its count, sum, least and most are kept."),
        HostFunction("alert", .flow, nil, [.required("severity", .string, "info, warning or critical."), .required("title", .string)],
                     options: [.optional("text", .string), .optional("node", .node)], about: "Raises an alert."),
    ]
}
