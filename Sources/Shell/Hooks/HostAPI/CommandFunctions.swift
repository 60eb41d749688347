/// Programs: `us.run` here, `node:run` on a node's host.
extension HostFunction {
    static let commands = [
        HostFunction("run", .opaque, rights: "run:<program>", needs: { [program("run:", $0)] }, style: .vector, options: commandOptions, returns: .command,
                     about: "Runs a program here, without a shell; an exit code that is not in `ok` is an error."),
        HostFunction("node.run", .opaque, rights: "ssh:<program>", needs: { [program("ssh:", $0)] }, style: .vector, options: commandOptions, returns: .command,
                     about: "Runs a program on the node's host, by the node's transport."),
    ]

    private static let commandOptions: [Parameter] = [
        .optional("timeout", .duration, "60s."), .optional("stdin", .text), .optional("env", .texts, "Added to a fixed environment."),
        .optional("as", .string, "root, by sudo -n."), .optional("ok", .integers, "Exit codes that are no failure; { 0 }."),
        .optional("read", .boolean, "The command only looks: a dry run runs it too."), .optional("stream", .boolean, "Its output goes to the log, line by line."),
        .optional("retries", .integer, "How often it is tried again after a failure."), .optional("predict", .value, "What a dry run takes for the result."),
    ]

    private static func program(_ family: String, _ arguments: HostArguments) -> Capability { Capability(family + (arguments.strings("argv").first ?? "")) }
}
