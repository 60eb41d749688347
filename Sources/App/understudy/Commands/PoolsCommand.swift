internal import Administration
internal import ArgumentParser

struct PoolsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pools", abstract: "The pools: frontends that are served and that wait, backends in use and free.")

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let pools = try await control.client().ask(ControlRequest(command: "pools"), for: Table.self)
        try show(pools, json: control.json, table: \.text)
    }
}
