internal import Foundation
internal import Settings

/// Runs files of tests of hooks, `*_spec.lua`: each in a hook process of its own, sandboxed as a hook is, over a cluster that is a table.
///
/// The test library plays the daemon's part in Lua. What it cannot do there it asks for: the hooks of a directory, loaded, checked and put
/// in order as the daemon would.
package actor HookSpecs {
    /// Of one file: sweeps compute, and are bounded by this alone.
    static let limits = HookLimits(budget: .seconds(120), slice: .seconds(10), memory: 128 << 20)

    private let directories: HookDirectories
    private let processes: HookProcesses
    /// Catalogues that were asked for already, by what they were asked with.
    private var answers: [HookValue: HookValue] = [:]

    /// `directories` are those of the library and the bundled hooks.
    package init(directories: HookDirectories, processes: HookProcesses) {
        self.directories = directories
        self.processes = processes
    }

    /// The files of tests that `path` means: itself, or those in the directory.
    package static func files(at path: String) throws(HookProblem) -> [String] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { throw HookProblem(path, "there is no such file or directory") }
        guard isDirectory.boolValue else {
            guard path.hasSuffix(LuaFile.specSuffix) else { throw HookProblem(path, "is no file of tests: their names end with \(LuaFile.specSuffix)") }
            return [path]
        }
        return try LuaFile.specNames(in: path).map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
    }

    /// Runs the tests of one file.
    package func run(_ path: String) async -> SpecReport {
        do { return try await attempt(path) } catch {
            return SpecReport(file: path, tests: [], fault: HookFault(.environment, error.message, place: error.place, hook: path))
        }
    }

    private func attempt(_ path: String) async throws(HookProblem) -> SpecReport {
        let spec = try LuaFile.read(path, chunk: LuaFile.name(of: path))
        let folder = LuaFile.folder(of: path)
        let sources = try HookCatalogue.sources(HookDirectories(library: directories.library, bundled: directories.bundled, site: folder))
        guard var request = HookCatalogue(hooks: [], library: sources.library, modules: sources.modules).testRequest(spec, Self.limits) else {
            throw HookProblem(directories.library, "holds no test library: expected understudy/internal/testing/boot.lua")
        }
        request["bundled"] = .boolean(folder == directories.bundled)
        let files = Dictionary(([spec] + sources.modules.values).map { ($0.chunk, $0.path) }) { _, last in last }
        let conversation = HookConversation(
            processes: processes, request: .map(request), limits: Self.limits, hook: spec.chunk, files: files, isNotification: false,
            log: { _, _, _, _ in }, perform: { await self.answer($0, folder) })
        switch await conversation.run() {
        case .failed(let fault): return SpecReport(file: path, tests: [], fault: fault)
        case .reported(let value): return SpecReport(file: path, tests: (value.list ?? []).map { SpecReport.Test($0, files: files) })
        }
    }

    /// What the test library asks for: `test.hooks`.
    private func answer(_ request: HookRequest, _ folder: String) async -> Result<HookValue, HostCallFailure> {
        guard request.operation == "test.hooks", let question = request.arguments.first else {
            return .failure(HostCallFailure(.code, "a test has no cluster but t.cluster: \(request.operation) was asked outside of c:fire"))
        }
        let key: HookValue = ["folder": .text(folder), "question": question]
        if let known = answers[key] { return .success(known) }
        let options = (question["settings"].map ?? [:]).compactMap { Settings.HookOption(name: $0.key, text: $0.value.text ?? "", file: "c:set") }
        var site = directories
        site.site = nil
        if let path = question["path"].text {
            let whole = path.hasPrefix("/") ? path : folder + "/" + path
            guard FileManager.default.fileExists(atPath: whole) else { return .failure(HostCallFailure(.code, "c:hooks: there is no \(whole)")) }
            if path.hasSuffix(".lua") { (site.site, site.siteFile) = (LuaFile.folder(of: whole), LuaFile.name(of: whole)) } else { site.site = whole }
        }
        let (catalogue, problems) = await HookCatalogue.load(site, options: options.sorted { $0.option < $1.option }, processes: processes)
        let value = catalogue.testValue(problems)
        answers[key] = value
        return .success(value)
    }
}
