internal import ArgumentParser
internal import Foundation
internal import Hooks

struct HooksNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Begin a hook: its file, tests of it that pass, and what editors and luacheck want to know.")

    @Argument(help: "The event that it handles; docs/hook-reference.md lists them.")
    var event: String

    @Option(help: "A sample to begin with: see docs/hooks.md.")
    var from: String?

    @Option(help: "What to call it; without it our_<event>, or the sample's name.")
    var name: String?

    @Option(help: "Where to write.")
    var dir = "."

    func run() throws {
        let shared = try SharedFiles.find()
        let hook = try from.map { try sample($0, shared) } ?? template()
        for (text, file) in [(hook.text, "\(hook.name).lua"), (hook.spec, "\(hook.name)_spec.lua")] {
            try NewFile.write(text, to: dir + "/" + file)
            print("wrote \(dir)/\(file)")
        }
        for (text, file) in [(EditorFiles.languageServer(library: shared.library), ".luarc.json"), (LuacheckConfiguration.text, ".luacheckrc")]
        where !FileManager.default.fileExists(atPath: dir + "/" + file) {
            try NewFile.write(text, to: dir + "/" + file)
            print("wrote \(dir)/\(file)")
        }
        print("\nthen: understudy hooks test \(dir)/\(hook.name)_spec.lua")
    }

    private func template() throws -> (name: String, text: String, spec: String) {
        let name = name ?? "our_\(event)"
        guard HookTemplate.isName(name) else { throw StartFailure("\"\(name)\" is no name of a hook: expected a-z, 0-9 and _, beginning with a letter") }
        guard let template = HookTemplate(event: event, named: name) else {
            throw StartFailure("there is no event \"\(event)\": docs/hook-reference.md lists them")
        }
        return (name, template.hook, template.spec)
    }

    /// A sample keeps its name: its tests and its options go by it.
    private func sample(_ sample: String, _ shared: SharedFiles) throws -> (name: String, text: String, spec: String) {
        let folder = shared.samples + "/"
        guard name == nil else { throw StartFailure("a sample keeps its name: leave --name out, and rename the hook afterwards") }
        let known = try FileManager.default.contentsOfDirectory(atPath: shared.samples).filter { $0.hasSuffix(".lua") && !$0.hasSuffix("_spec.lua") }.map { $0.dropLast(4) }.sorted()
        guard known.contains(Substring(sample)) else { throw StartFailure("there is no sample \"\(sample)\": they are \(known.joined(separator: ", "))") }
        let text = try String(contentsOfFile: folder + sample + ".lua", encoding: .utf8)
        guard HookTemplate.handles(event, in: text) else { throw StartFailure("the sample \(sample) does not handle \(event)") }
        return (sample, text, try String(contentsOfFile: folder + sample + "_spec.lua", encoding: .utf8))
    }
}

/// What editors are told of hooks.
enum EditorFiles {
    /// `.luarc.json` for the Lua language server; `library` is the folder of Understudy's library.
    static func languageServer(library: String) -> String {
        let globals = LuacheckConfiguration.words.map { "\"\($0)\"" }.joined(separator: ", ")
        return """
            {
              "runtime.version": "Lua 5.4",
              "workspace.library": ["\(library)/meta"],
              "diagnostics.globals": [\(globals)]
            }

            """
    }
}
