internal import Foundation
internal import Settings

/// What one file of tests asks the daemon's side for.
actor SpecLibrary {
    private let directories: HookDirectories
    private let bundle: HookBundle
    private let folder: String
    private let processes: HookProcesses
    /// The hooks by name, of each time that hooks were loaded: what a test grants is its own.
    private var loaded: [[String: Hook]] = []
    /// What tests that have ended came to, as the test library reports it; and the name of the one that runs. For a process that does not live to report.
    private(set) var finished: [HookValue] = []
    private(set) var running: String?

    init(directories: HookDirectories, bundle: HookBundle, folder: String, processes: HookProcesses) {
        self.directories = directories
        // Who may write the files matters where they run, not where they are tested.
        self.bundle = HookBundle(files: bundle.files.mapValues { HookBundle.File(text: $0.text, isRestricted: false) })
        self.folder = folder
        self.processes = processes
    }

    /// The errand that runs `spec`, and the files behind the names of its chunks.
    func errand(for spec: LuaFile, _ limits: HookLimits) throws(HookProblem) -> (HookErrand, [String: String]) {
        var site = directories
        site.site = folder
        var loader = HookLoader(options: [], nodes: [], isWhole: true)
        loader.read(site, HookBundle(files: bundle.files.filter { $0.key.hasPrefix("lib/") }))
        if let problem = loader.problems.first { throw problem }
        let code = loader.code
        guard let errand = loader.catalogue([], code).testErrand(spec, limits) else {
            throw HookProblem(directories.library, "holds no test library: expected understudy/internal/testing/boot.lua")
        }
        let files = Dictionary(([spec] + code.modules.values).map { ($0.chunk, $0.path) }) { _, last in last }
        return (errand, files)
    }

    func answer(_ request: HookRequest) async -> Result<HookValue, HostCallFailure> {
        let question = request.arguments
        switch request.operation {
        case "test.hooks": return await load(question)
        case "test.check": return .success(check(question))
        case "test.begin":
            if question["before"] != .none { finished.append(question["before"]) }
            running = question["name"].text
            return .success(.none)
        default: return .failure(HostCallFailure(.code, "a test has no cluster but that of t.cluster: \(request.operation) was asked outside of c:fire"))
        }
    }

    private func load(_ question: HookValue) async -> Result<HookValue, HostCallFailure> {
        var site = directories, files = HookBundle(files: [:])
        if let path = question["path"].text {
            do throws(HookProblem) { (site.site, files) = try hooks(at: path) } catch { return .failure(HostCallFailure(.code, "c:hooks: \(error)")) }
        }
        let options = (question["settings"].map ?? [:]).sorted { $0.key < $1.key }.compactMap { Settings.HookOption(name: $0.key, text: $0.value.text ?? "", file: "c:set") }
        let nodes = question["nodes"].list?.compactMap(\.text) ?? []
        var loader = HookLoader(options: options, nodes: nodes, isWhole: true)
        loader.read(site, files)
        let code = loader.code
        await loader.inspect(code, with: processes)
        let check = HookCheck(loader.hooks.map(Self.granted), options: options, isWhole: loader.isWhole)
        loaded.append(Dictionary(check.hooks.map { ($0.name, $0) }) { _, last in last })
        var answer = loader.catalogue(check.hooks, code).testValue(loader.problems + check.problems)
        answer["catalogue"] = HookValue(loaded.count - 1)
        return .success(.map(answer))
    }

    /// A file alone with its modules, or a whole directory; from the bundle where it is part of it.
    private func hooks(at path: String) throws(HookProblem) -> (String, HookBundle) {
        if path == "." { return (folder, bundle) }
        let whole = path.hasPrefix("/") ? path : folder + "/" + path
        guard whole.hasSuffix(".lua") else { return (whole, try Self.read(whole)) }
        let place = HookSpecs.folder(of: whole), name = HookSpecs.name(of: whole), isOurs = place == folder
        let all = isOurs ? bundle : try Self.read(place)
        guard all.files[name] != nil else { throw HookProblem(whole, "there is no such file") }
        return (place, HookBundle(files: all.files.filter { $0.key == name || $0.key.hasPrefix("lib/") }))
    }

    private static func read(_ directory: String) throws(HookProblem) -> HookBundle {
        let (found, problems) = HookBundle.read(directory)
        if let problem = problems.first { throw problem }
        guard !found.files.isEmpty else { throw HookProblem(directory, "there are no hooks here") }
        return HookBundle(files: found.files.mapValues { HookBundle.File(text: $0.text, isRestricted: false) })
    }

    /// In tests a hook has what its header asks for, unless the test says otherwise: what a site grants is the site's.
    private static func granted(_ hook: Hook) -> Hook {
        guard !hook.isBundled, hook.grants == nil, let all = Settings.HookOption(name: "hook.\(hook.segment).\(HookGrants.option)", text: "*", file: "c:set") else { return hook }
        return Hook(name: hook.name, about: hook.about, version: hook.version, file: hook.file, line: hook.line, isBundled: hook.isBundled, events: hook.events,
                    needs: hook.needs, replaces: hook.replaces, uses: hook.uses, isRestricted: hook.isRestricted, settings: hook.settings + [all])
    }

    /// Whether a hook may make a call, as the daemon would say, and whether the call changes something.
    private func check(_ question: HookValue) -> HookValue {
        guard let function = HostFunction.byOperation[question["op"].text ?? ""], let catalogue = question["catalogue"].integer,
              loaded.indices.contains(Int(catalogue)), let hook = loaded[Int(catalogue)][question["hook"].text ?? ""],
              let event = EventSchema.byName[question["event"].text ?? ""] else { return ["refusal": "the test library asked for what is not declared"] }
        if let problem = HostArguments.problem(question["arguments"], for: function) { return ["refusal": .text("\(function.label): \(problem)")] }
        let rights = HookRights(granted: hook.granted, trust: hook.trust, isNotification: event.kind == .tell)
        let arguments = rights.settled(HostArguments(values: question["arguments"]), of: function)
        let refusal = rights.refusal(function, arguments, in: event.name)?.message ?? stranger(function, arguments, rights) ?? HookEffects.problem(function, arguments)?.message
        let changes = switch function.effect(of: arguments) {
        case .write, .opaque, .engine: true
        case .read, .flow: false
        }
        return ["refusal": HookValue(refusal), "changes": .boolean(changes)]
    }

    /// The daemon checks the host where it opens the address; here only those are seen that are in no secret.
    private func stranger(_ function: HostFunction, _ arguments: HostArguments, _ rights: HookRights) -> String? {
        guard function.operation.hasPrefix("http."), let host = URL(string: arguments.text("url"))?.host(), !rights.covers(Capability("http:" + host)) else { return nil }
        return "\(function.label) needs the capability \"http:\(host)\": add it to `needs` in the hook's header and to hook.<name>.grants"
    }
}
