package import Settings

extension HookCatalogue {
    /// Reads every file, looks into every hook in a hook process, and checks them together with their options. What is in
    /// the catalogue works without the rest; a daemon that starts with problems would find out at 3 a.m., so it should not.
    /// `nodes` are the names that options may name; empty checks none.
    package static func load(_ directories: HookDirectories, options: [Settings.HookOption], nodes: [String] = [],
                             processes: HookProcesses) async -> (HookCatalogue, [HookProblem]) {
        let (bundle, problems) = HookBundle.read(directories.site)
        let (catalogue, more) = await load(directories, bundle, options: options, nodes: nodes, processes: processes, isWhole: problems.isEmpty)
        return (catalogue, problems + more)
    }

    /// The same with the site's files as `bundle` has them, whatever is on disk. `isWhole`: none of its files is missing.
    package static func load(_ directories: HookDirectories, _ bundle: HookBundle, options: [Settings.HookOption], nodes: [String] = [],
                             processes: HookProcesses, isWhole: Bool = true) async -> (HookCatalogue, [HookProblem]) {
        var loader = HookLoader(options: options, nodes: nodes, isWhole: isWhole)
        loader.read(directories, bundle)
        guard loader.library[HookCode.boot] != nil else {
            return (.empty, loader.problems + [HookProblem(directories.library, "holds no Lua library: expected understudy/init.lua and its modules")])
        }
        let code = loader.code
        await loader.inspect(code, with: processes)
        let check = HookCheck(loader.hooks, options: options, isWhole: loader.isWhole)
        return (loader.catalogue(check.hooks, code), loader.problems + check.problems)
    }
}
