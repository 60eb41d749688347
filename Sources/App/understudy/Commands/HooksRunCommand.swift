internal import Administration
internal import ArgumentParser
internal import Foundation

struct HooksRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Fire an event by hand, with the hooks in force; with --dry-run only say what they would do.",
        discussion: """
            How it ends: done, skipped or retry, as a hook said; chosen, a hook named somebody; vetoed; passed, no hook had anything to say, which for an approve event is consent;
            failed.
            """)

    @OptionGroup var control: ControlOptions

    @Argument(help: "The event's name.")
    var event: String

    @Option(help: "The node that it is about, by name or id.")
    var node: String?

    @Option(name: .customLong("set"), help: "A field of the event, as NAME=VALUE; may be given several times.")
    var fields: [String] = []

    @Flag(help: "Do nothing: print the plan.")
    var dryRun = false

    @Option(help: "The event's name again, where nobody can be asked for it.")
    var confirm: String?

    func validate() throws {
        for field in fields where !field.contains("=") { throw ValidationError("--set takes NAME=VALUE, got \(field)") }
    }

    func run() async throws {
        if !dryRun { try askForName() }
        var request = HookRunRequest(event: event)
        request.node = node
        request.isDryRun = dryRun
        request.set = Dictionary(fields.map { field in
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts[1]))
        }) { _, last in last }
        let report = try await control.client().ask(ControlRequest(command: "hooks.run", run: request), for: HookReportView.self, patience: .seconds(86_400))
        try show(report, json: control.json, table: \.text)
        if report.outcome == "failed" { throw ExitCode.failure }
    }

    /// What hooks do cannot always be undone.
    private func askForName() throws {
        var answer = confirm
        if answer == nil, isatty(STDIN_FILENO) == 1 {
            print("This runs the hooks of \(event) for real. Type the event's name to go on: ", terminator: "")
            fflush(nil)
            answer = readLine()
        }
        guard answer == event else { throw StartFailure("nothing was done: expected the event's name, \(event)\(confirm == nil ? " (--confirm \(event))" : "")") }
    }
}
