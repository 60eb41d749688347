internal import ArgumentParser
internal import Hooks

struct HooksDocCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "doc", abstract: "What an event or a function is: offline, from the declarations.")

    @Argument(help: "An event such as failover, or a function such as node:promote; every one of them when left out.")
    var name: String?

    func run() throws {
        guard let name else { return print(HookHelp.index, terminator: "") }
        guard let text = HookHelp.text(for: name) else { throw StartFailure("there is no event or function \"\(name)\"\(HookHelp.suggestion(for: name))") }
        print(text, terminator: "")
    }
}
