internal import Administration
internal import ArgumentParser
internal import Hooks
internal import Settings

struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "render", abstract: "Print a file that is derived from the declarations.")

    enum Document: String, ExpressibleByArgument, CaseIterable { case sample, parameters, admin, hooks, stubs, luacheck }

    @Argument(help: "sample: the sample configuration; parameters: the manual's page of parameters; admin: its page of views and commands; hooks: its page of events and functions; stubs: what Lua editors know of them; luacheck: what luacheck knows of the names in hooks.")
    var document: Document

    func run() throws {
        switch document {
        case .sample: print(SampleFile.text, terminator: "")
        case .parameters: print(ParameterManual.text, terminator: "")
        case .admin: print(AdminManual.text, terminator: "")
        case .hooks: print(HookManual.text, terminator: "")
        case .stubs: print(LuaStubs.text, terminator: "")
        case .luacheck: print(LuacheckConfiguration.text, terminator: "")
        }
    }
}
