internal import Administration
internal import ArgumentParser
internal import Foundation

struct HooksConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "A prompt for Lua with us, ev, cluster and nodes, each line run as a handler would be; it can only look, unless --write.",
        discussion: "What is not whole yet (a function, a loop) goes on in the next line; an empty line gives it up. Names last for one line.")

    @OptionGroup var control: ControlOptions

    @Flag(help: "Let lines change things; each is kept in the journal.")
    var write = false

    func run() async throws {
        let client = try control.client(), isPerson = isatty(STDIN_FILENO) == 1
        var hasFailed = false, begun: [String] = [], problem = ""
        while let line = prompt(isPerson, goesOn: !begun.isEmpty) {
            let isGivenUp = line.allSatisfy(\.isWhitespace)
            if isGivenUp, begun.isEmpty { continue }
            begun.append(line)
            var request = HookRunRequest()
            request.line = begun.joined(separator: "\n")
            request.mayWrite = write
            do { print(try await client.ask(ControlRequest(command: "hooks.console", run: request), for: String.self, patience: .seconds(120)), terminator: "") } catch {
                problem = "\(error)"
                // Lua's own words for a chunk that ends too early.
                if problem.contains("near <eof>"), !isGivenUp { continue }
                hasFailed = true
                print("error: \(problem)")
            }
            begun = []
        }
        if !begun.isEmpty {
            hasFailed = true
            print("error: \(problem)")
        }
        if hasFailed, !isPerson { throw ExitCode.failure }
    }

    private func prompt(_ isPerson: Bool, goesOn: Bool) -> String? {
        if isPerson {
            print(goesOn ? "... " : write ? "write> " : "> ", terminator: "")
            fflush(nil)
        }
        return readLine()
    }
}
