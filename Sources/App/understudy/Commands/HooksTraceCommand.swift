internal import Administration
internal import ArgumentParser

struct HooksTraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Every host call of an event: when, how long, from which line, with what, and what came of it; without an event the latest ones.")

    @OptionGroup var control: ControlOptions

    @Argument(help: "The event's id.")
    var event: String?

    @Option(help: "Of several runs of the event: which, from 1; the last when left out.")
    var attempt: Int?

    @Flag(help: "Go on until the event is over; with --json one object a line.")
    var follow = false

    func run() async throws {
        var request = HookRunRequest(event: event)
        request.attempt = attempt
        request.follow = follow
        try await control.client().converse(ControlRequest(command: "hooks.trace", run: request), for: HookTraceView.self) { line in
            guard line.run != nil || line.call != nil else { return false }
            try show(line, json: control.json, table: \.text)
            return true
        }
    }
}
