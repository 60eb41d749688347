internal import Settings

/// Reads hook files and has each looked into by a hook process of its own.
struct HookLoader {
    /// How long a file may take to define its hook.
    private static let inspection = HookLimits(budget: .seconds(5), grace: .seconds(1))

    private let options: [Settings.HookOption]
    private let nodes: [String]
    private(set) var library: [String: LuaFile] = [:]
    private var modules: [String: LuaFile] = [:]
    private var files: [Candidate] = []
    private(set) var hooks: [Hook] = []
    private(set) var problems: [HookProblem] = []
    /// Every file could be looked into: an option of an unknown hook is nobody's.
    private(set) var isWhole: Bool

    private struct Candidate {
        let file: LuaFile
        let isBundled: Bool
        let isRestricted: Bool
    }

    init(options: [Settings.HookOption], nodes: [String], isWhole: Bool) {
        self.options = options
        self.nodes = nodes
        self.isWhole = isWhole
    }

    func catalogue(_ hooks: [Hook], _ code: HookCode) -> HookCatalogue { HookCatalogue(hooks: hooks, code: code, nodes: nodes) }

    /// What every hook may use, once all files were read.
    var code: HookCode { HookCode(library: library, modules: modules) }

    // MARK: Files

    mutating func read(_ directories: HookDirectories, _ bundle: HookBundle) {
        for name in names(in: directories.library + "/understudy", isDeep: true) {
            if let file = read(directories.library + "/understudy/" + name, chunk: "understudy/" + name) { library[LuaFile.moduleName("understudy/" + name)] = file }
        }
        for name in names(in: directories.bundled, isDeep: false) {
            // The folder tells it from a site's file of the same name.
            if let file = read(directories.bundled + "/" + name, chunk: "hooks/" + name) { files.append(Candidate(file: file, isBundled: true, isRestricted: false)) }
        }
        guard let site = directories.site else { return }
        for path in bundle.paths({ !$0.hasSuffix(LuaFile.specEnding) }) {
            guard let content = bundle.files[path] else { continue }
            let file = LuaFile(path: site + "/" + path, chunk: path, text: content.text)
            if path.hasPrefix("lib/") { add(module: file, isRestricted: content.isRestricted) } else {
                files.append(Candidate(file: file, isBundled: false, isRestricted: content.isRestricted))
            }
        }
    }

    /// A module has the rights of whoever requires it: nobody else may write it, and none takes the library's place.
    private mutating func add(module file: LuaFile, isRestricted: Bool) {
        let name = LuaFile.moduleName(String(file.chunk.dropFirst("lib/".count)))
        if name == "understudy" || name.hasPrefix("understudy.") {
            return miss(HookProblem(file.path, "modules named understudy are the library's own: rename the file"))
        }
        if isRestricted { return miss(HookProblem(file.path, "others than root and the daemon's user can write it, and a module has the rights of the hook that requires it: chmod o-w, or chown it")) }
        modules[name] = file
    }

    private mutating func names(in directory: String, isDeep: Bool) -> [String] {
        do { return try LuaFile.names(in: directory, isDeep: isDeep) } catch {
            miss(error)
            return []
        }
    }

    private mutating func read(_ path: String, chunk: String) -> LuaFile? {
        do { return try LuaFile.read(path, chunk: chunk) } catch {
            miss(error)
            return nil
        }
    }

    private mutating func miss(_ problem: HookProblem) {
        problems.append(problem)
        isWhole = false
    }

    // MARK: Hooks

    mutating func inspect(_ code: HookCode, with processes: HookProcesses) async {
        let whole = catalogue([], code)
        for candidate in files { await inspect(candidate, whole, processes) }
    }

    private mutating func inspect(_ candidate: Candidate, _ whole: HookCatalogue, _ processes: HookProcesses) async {
        let subject = HookInspections.Subject(code: whole.code.digest, chunk: candidate.file.chunk, text: candidate.file.text, isBundled: candidate.isBundled,
                                              isRestricted: candidate.isRestricted, nodes: nodes)
        let blank = Hook(name: candidate.file.chunk, about: nil, version: nil, file: candidate.file, line: 0, isBundled: candidate.isBundled, events: [], needs: [],
                         replaces: nil, uses: [:], isRestricted: candidate.isRestricted, settings: options)
        let files = whole.files(of: blank)
        if let report = processes.inspections.report(on: subject, options) { return add(report, candidate, files) }
        let conversation = HookConversation(
            processes: processes, errand: whole.errand("inspect", blank, nil, Self.inspection), hook: candidate.file.chunk, files: files, isNotification: false,
            log: { _, _, _, _ in }, perform: { _ in .failure(HostCallFailure(.code, "loading a hook has no effects")) })
        switch await conversation.run() {
        case .failed(let fault): miss(HookProblem(fault.place?.file ?? candidate.file.path, line: fault.place?.line ?? 0, fault.message))
        case .reported(let value):
            processes.inspections.keep(value, on: subject, options)
            add(value, candidate, files)
        }
    }

    private mutating func add(_ value: HookValue, _ candidate: Candidate, _ files: [String: String]) {
        guard let name = value["name"].text else { return miss(HookProblem(candidate.file.path, "the hook process sent no name for it")) }
        for problem in value["problems"].list ?? [] {
            let file = problem["file"].text.map { files[$0] ?? $0 } ?? candidate.file.path
            problems.append(HookProblem(file, line: Int(problem["line"].integer ?? 0), problem["message"].text ?? ""))
        }
        let line = Int(value["line"].integer ?? 0)
        var uses: [String: HookUse] = [:]
        for (event, use) in value["on"].map ?? [:] {
            do { uses[event] = try HookUse(use) } catch { problems.append(HookProblem(candidate.file.path, line: line, "on.\(event): \(error.reason)")) }
        }
        let texts: (String) -> Set<String> = { Set(value[$0].list?.compactMap(\.text) ?? []) }
        hooks.append(Hook(name: name, about: value["about"].text, version: value["version"].text, file: candidate.file, line: line, isBundled: candidate.isBundled,
                          events: texts("events"), needs: texts("needs"), replaces: value["replaces"].text, uses: uses, limits: HookLimits.Wishes(value["limits"]),
                          isRestricted: candidate.isRestricted || value["is_restricted"].boolean == true,
                          settings: options.filter { $0.hook == Hook.segment(of: name) }))
    }
}
