internal import Administration
internal import ArgumentParser

struct EventsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "All that is on record of one procedure: its phases as a picture, evidence, positions, runs of hooks, clients.")

    @Argument(help: "The procedure's id, or the number of one of its events.")
    var event: String

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let flight = try await control.client().ask(ControlRequest(command: "events.show", event: event), for: FlightView.self)
        try show(flight, json: control.json, table: \.text)
    }
}
