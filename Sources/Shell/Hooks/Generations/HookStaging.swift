package import Settings

/// Everything that is tried on a set of hook files before it is put in force; nothing of it has an effect.
package struct HookStaging: Sendable {
    /// What came of it.
    package struct Report: Sendable {
        package let catalogue: HookCatalogue
        /// Any of these keeps the files from being put in force.
        package let problems: [HookProblem]
        /// Advice.
        package let remarks: [HookProblem]
    }

    /// Runs the specs beside the hooks; the problems are their failures, with file and line.
    package typealias SpecRunner = @Sendable (HookDirectories, HookBundle) async -> [HookProblem]

    package let directories: HookDirectories
    package let processes: HookProcesses
    private let specs: SpecRunner?

    /// `specs` is nil where specs are run by hand only.
    package init(directories: HookDirectories, processes: HookProcesses, specs: SpecRunner? = nil) {
        self.directories = directories
        self.processes = processes
        self.specs = specs
    }

    /// Looks into the files as they are in the site's directory, or in `folder`.
    package func check(folder: String? = nil, options: [Settings.HookOption], nodes: [String]) async -> (HookBundle, Report) {
        let staged = at(folder)
        let (bundle, unread) = HookBundle.read(staged.directories.site)
        let report = await staged.check(bundle, options: options, nodes: nodes, isWhole: unread.isEmpty)
        return (bundle, Report(catalogue: report.catalogue, problems: unread + report.problems, remarks: report.remarks))
    }

    /// Looks into a bundle: header, options, grants and order, then what can be seen in the text, then its specs.
    package func check(_ bundle: HookBundle, options: [Settings.HookOption], nodes: [String], isWhole: Bool = true) async -> Report {
        var (catalogue, problems) = await HookCatalogue.load(directories, bundle, options: options, nodes: nodes, processes: processes, isWhole: isWhole)
        let broken = Set(problems.map(\.place.file))
        var remarks: [HookProblem] = []
        for path in bundle.paths({ !$0.hasSuffix(LuaFile.specEnding) }) {
            let file = (directories.site ?? "") + "/" + path
            // A file that does not load has been spoken of.
            guard let text = bundle.files[path]?.text, !broken.contains(file) else { continue }
            for finding in HookLint(text).findings {
                let problem = HookProblem(file, line: finding.line, finding.message)
                if finding.isError { problems.append(problem) } else { remarks.append(problem) }
            }
        }
        if problems.isEmpty, let specs { problems += await specs(directories, bundle) }
        return Report(catalogue: catalogue, problems: problems, remarks: remarks)
    }

    private func at(_ folder: String?) -> HookStaging {
        guard let folder else { return self }
        var directories = directories
        directories.site = folder
        return HookStaging(directories: directories, processes: processes, specs: specs)
    }
}
