internal import Administration
internal import ArgumentParser
internal import Foundation

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
