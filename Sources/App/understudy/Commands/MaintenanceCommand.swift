internal import Administration
internal import ArgumentParser

struct MaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "maintenance", abstract: "While it is on, nothing is done automatically, and everything is seen all the same.")

    enum Switch: String, ExpressibleByArgument { case on, off }

    @Argument(help: "on or off; `understudy status` says which it is.")
    var setting: Switch

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let view = try await control.client().ask(ControlRequest(command: "maintenance", order: OrderRequest(isOn: setting == .on)), for: OrderView.self)
        try show(view, json: control.json, table: \.text)
    }
}
