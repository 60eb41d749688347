internal import Administration
internal import ArgumentParser

struct PromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "promote", abstract: "Make a node the primary while there is none: a standby, or a server that was promoted by hand.")

    @Argument(help: "The node's name or number.")
    var node: String

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let view = try await control.client().ask(ControlRequest(command: "promote", order: OrderRequest(node: node)), for: OrderView.self)
        try show(view, json: control.json, table: \.text)
    }
}
