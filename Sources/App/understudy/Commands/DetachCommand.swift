internal import Administration
internal import ArgumentParser

struct DetachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "detach", abstract: "Keep a node out of service until attach, over restarts too; its server goes on.")

    @Argument(help: "The node's name or number.")
    var node: String

    @Option(help: "Why: for those who ask later.")
    var reason: String?

    @Flag(help: "Also the primary, by a failover.")
    var failover = false

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let order = OrderRequest(node: node, reason: reason, failsOver: failover)
        let view = try await control.client().ask(ControlRequest(command: "detach", order: order), for: OrderView.self)
        try show(view, json: control.json, table: \.text)
    }
}
