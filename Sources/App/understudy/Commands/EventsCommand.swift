internal import Administration
internal import ArgumentParser

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "events", abstract: "What happened: the event journal, oldest first.", subcommands: [EventsShowCommand.self])

    @OptionGroup var control: ControlOptions

    @Option(name: [.short, .long], help: "How many of the newest to show.")
    var number = 20

    @Flag(help: "Go on with each new event until interrupted; with --json one object a line.")
    var follow = false

    func validate() throws {
        guard (0...ControlCommands.eventLimit).contains(number) else {
            throw ValidationError("--number takes 0 to \(ControlCommands.eventLimit), got \(number)")
        }
    }

    func run() async throws {
        let client = try control.client()
        let request = ControlRequest(command: "events", limit: number, follow: follow)
        guard follow else {
            return try show(try await client.ask(request, for: [EventView].self), json: control.json, table: { EventView.table($0).text })
        }
        try await client.follow(request, for: EventView.self) { event in
            try show(event, json: control.json) { EventView.line($0) }
        }
    }
}
