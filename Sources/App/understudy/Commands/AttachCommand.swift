internal import Administration
internal import ArgumentParser

struct AttachCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "attach", abstract: "Let a node that was detached or quarantined back into service, if it is well.")

    @Argument(help: "The node's name or number.")
    var node: String

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let view = try await control.client().ask(ControlRequest(command: "attach", order: OrderRequest(node: node)), for: OrderView.self)
        try show(view, json: control.json, table: \.text)
    }
}
