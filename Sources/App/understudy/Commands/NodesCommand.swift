internal import Administration
internal import ArgumentParser

struct NodesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "nodes", abstract: "The nodes: role, status and why, timeline, position, replication.")

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let nodes = try await control.client().ask(ControlRequest(command: "nodes"), for: [NodeView].self)
        try show(nodes, json: control.json, table: { NodeView.table($0).text })
    }
}
