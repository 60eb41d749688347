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

struct HooksConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "A prompt for Lua with us, ev, cluster and nodes, each line run as a handler would be; it can only look, unless --write.")

    @OptionGroup var control: ControlOptions

    @Flag(help: "Let lines change things; each is kept in the journal.")
    var write = false

    func run() async throws {
        let client = try control.client(), isPerson = isatty(STDIN_FILENO) == 1
        var hasFailed = false
        while let line = prompt(isPerson) {
            if line.allSatisfy(\.isWhitespace) { continue }
            var request = HookRunRequest()
            request.line = line
            request.mayWrite = write
            do { print(try await client.ask(ControlRequest(command: "hooks.console", run: request), for: String.self, patience: .seconds(120)), terminator: "") } catch {
                hasFailed = true
                print("error: \(error)")
            }
        }
        if hasFailed, !isPerson { throw ExitCode.failure }
    }

    private func prompt(_ isPerson: Bool) -> String? {
        if isPerson {
            print(write ? "write> " : "> ", terminator: "")
            fflush(nil)
        }
        return readLine()
    }
}
