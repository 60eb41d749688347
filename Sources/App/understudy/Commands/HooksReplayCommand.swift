internal import Administration
internal import ArgumentParser
internal import Foundation

struct HooksReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run a recorded event again, each call answered by what it gave then: nothing is done. Stops where the hooks do something else.")

    @OptionGroup var control: ControlOptions

    @Argument(help: "The event's id.")
    var event: String

    @Option(help: "Of several runs of the event: which, from 1; the last when left out.")
    var attempt: Int?

    @Option(help: "A directory of hooks on the daemon's machine, instead of those that the event ran with.")
    var with: String?

    @Flag(help: "Print a test that expects the same effects.")
    var asTest = false

    func run() async throws {
        var request = HookRunRequest(event: event)
        request.attempt = attempt
        request.folder = with.map(absolutePath)
        if asTest { return print(try await control.client().ask(ControlRequest(command: "hooks.spec", run: request), for: String.self), terminator: "") }
        let report = try await control.client().ask(ControlRequest(command: "hooks.replay", run: request), for: HookReportView.self)
        try show(report, json: control.json, table: \.text)
        if report.divergence != nil { throw ExitCode.failure }
    }
}
