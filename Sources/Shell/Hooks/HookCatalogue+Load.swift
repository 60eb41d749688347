package import Settings

extension HookCatalogue {
    /// How long a file may take to define its hook.
    private static let inspection = HookLimits(budget: .seconds(5), grace: .seconds(1))

    /// Reads every file, looks into every hook in a hook process, and checks them together with their options. What is in
    /// the catalogue works without the rest; a daemon that starts with problems would find out at 3 a.m., so it should not.
    package static func load(_ directories: HookDirectories, options: [Settings.HookOption], processes: HookProcesses) async -> (HookCatalogue, [HookProblem]) {
        var loader = Loader(options: options)
        loader.readFiles(directories)
        guard loader.library["understudy.internal.boot"] != nil else {
            return (HookCatalogue(hooks: [], library: [:], modules: [:]),
                    [HookProblem(directories.library, "holds no Lua library: expected understudy/init.lua and its modules")])
        }
        for (file, isBundled) in loader.files { await loader.inspect(file, isBundled: isBundled, processes) }
        loader.checkTogether()
        return (HookCatalogue(hooks: loader.hooks, library: loader.library, modules: loader.modules), loader.problems)
    }

    /// The library and the site's modules, without the hooks.
    static func sources(_ directories: HookDirectories) throws(HookProblem) -> (library: [String: LuaFile], modules: [String: LuaFile]) {
        var loader = Loader(options: [])
        loader.readFiles(directories)
        if let problem = loader.problems.first { throw problem }
        return (loader.library, loader.modules)
    }

    private struct Loader {
        let options: [Settings.HookOption]
        var library: [String: LuaFile] = [:]
        var modules: [String: LuaFile] = [:]
        var files: [(LuaFile, isBundled: Bool)] = []
        var hooks: [Hook] = []
        var problems: [HookProblem] = []
        /// A file could not be looked into: an option of an unknown hook may be its.
        private var unread = false

        init(options: [Settings.HookOption]) { self.options = options }

        mutating func readFiles(_ directories: HookDirectories) {
            library = readModules(directories.library + "/understudy", chunks: "understudy/", names: "understudy/")
            for file in readHooks(directories.bundled) { files.append((file, true)) }
            guard let site = directories.site else { return }
            modules = readModules(site + "/lib", chunks: "lib/", names: "")
            for file in readHooks(site) where directories.siteFile.map({ $0 == file.chunk }) ?? true { files.append((file, false)) }
        }

        private mutating func readModules(_ directory: String, chunks: String, names prefix: String) -> [String: LuaFile] {
            var found: [String: LuaFile] = [:]
            for name in names(in: directory, isDeep: true) {
                if let file = read(directory + "/" + name, chunk: chunks + name) { found[LuaFile.moduleName(prefix + name)] = file }
            }
            return found
        }

        private mutating func readHooks(_ directory: String) -> [LuaFile] {
            names(in: directory, isDeep: false).compactMap { read(directory + "/" + $0, chunk: $0) }
        }

        private mutating func names(in directory: String, isDeep: Bool) -> [String] {
            do { return try LuaFile.names(in: directory, isDeep: isDeep) } catch {
                problems.append(error)
                unread = true
                return []
            }
        }

        private mutating func read(_ path: String, chunk: String) -> LuaFile? {
            do { return try LuaFile.read(path, chunk: chunk) } catch {
                problems.append(error)
                unread = true
                return nil
            }
        }

        mutating func inspect(_ file: LuaFile, isBundled: Bool, _ processes: HookProcesses) async {
            let blank = Hook(name: file.chunk, about: nil, file: file, isBundled: isBundled, events: [], needs: [], replaces: nil, settings: options)
            let request = HookCatalogue(hooks: [], library: library, modules: modules).request("inspect", blank, nil, inspection)
            let conversation = HookConversation(
                processes: processes, request: request, limits: inspection, hook: file.chunk, files: blank.files(with: modules), isNotification: false,
                log: { _, _, _, _ in }, perform: { _ in .failure(HostCallFailure(.code, "loading a hook has no effects")) })
            switch await conversation.run() {
            case .failed(let fault):
                problems.append(HookProblem(fault.place?.file ?? file.path, line: fault.place?.line ?? 0, fault.message))
                unread = true
            case .reported(let value): add(value, file, isBundled)
            }
        }

        private mutating func add(_ value: HookValue, _ file: LuaFile, _ isBundled: Bool) {
            let texts: (String) -> [String] = { value[$0].list?.compactMap(\.text) ?? [] }
            guard let name = value["name"].text else {
                problems.append(HookProblem(file.path, "the hook process sent no name for it"))
                return
            }
            for problem in value["problems"].list ?? [] {
                problems.append(HookProblem(problem["file"].text ?? file.path, line: Int(problem["line"].integer ?? 0), problem["message"].text ?? ""))
            }
            hooks.append(Hook(name: name, about: value["about"].text, file: file, isBundled: isBundled, events: Set(texts("events")),
                              needs: Set(texts("needs")), replaces: value["replaces"].text, settings: options.filter { $0.hook == Hook.segment(of: name) }))
        }

        mutating func checkTogether() {
            hooks.sort { ($0.isBundled ? 1 : 0, $0.name, $0.file.path) < ($1.isBundled ? 1 : 0, $1.name, $1.file.path) }
            let bundled = Set(hooks.filter(\.isBundled).map(\.name))
            var seen: [String: Hook] = [:]
            for hook in hooks {
                if let other = seen[hook.name] {
                    problems.append(HookProblem(hook.file.path, "a hook is called \"\(hook.name)\" already, in \(other.file.path)"))
                } else if let other = seen[hook.segment], other.replaces != hook.name {
                    problems.append(HookProblem(other.file.path, "the name \"\(hook.segment)\" belongs to the hook \(hook.name): choose another, or write replaces = \"\(hook.name)\""))
                }
                if let replaced = hook.replaces, !bundled.contains(replaced) {
                    problems.append(HookProblem(hook.file.path, "replaces = \"\(replaced)\": there is no such hook; those that can be replaced are \(bundled.sorted().joined(separator: ", "))"))
                }
                seen[hook.name] = hook
            }
            checkOptionNames()
        }

        private mutating func checkOptionNames() {
            guard !unread else { return }
            let known = Set(hooks.map(\.segment))
            for option in options where !known.contains(option.hook) {
                problems.append(HookProblem(option.place.file, line: option.place.line,
                                            "hook.\(option.hook).\(option.option): there is no hook \"\(option.hook)\"; the hooks are \(known.sorted().joined(separator: ", "))"))
            }
        }
    }
}
