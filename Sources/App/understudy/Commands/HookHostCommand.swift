internal import ArgumentParser
internal import Hooks

/// Started by the daemon with a socket as its standard input; nothing for people.
struct HookHostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "hook-host", abstract: "Run hooks for a daemon.", shouldDisplay: false)

    func run() throws { HookHostProcess.run() }
}
