internal import Foundation
internal import Synchronization

/// Runs files of tests of hooks, `*_spec.lua`: each in a hook process of its own, sandboxed as a hook is, over a cluster that is a table.
///
/// The test library plays the daemon's part in Lua. What it cannot do there it asks for: hooks loaded, checked and put in order as the
/// daemon would, and whether a hook has the right to a call.
package struct HookSpecs: Sendable {
    /// Of one file: sweeps compute, and are bounded by this alone.
    package static let limits = HookLimits(budget: .seconds(120), slice: .seconds(10), memory: 128 << 20)

    /// Files that are run beside one another. Each may have a hook looked into, in a process of its own, meanwhile.
    package static let atOnce = 2

    private var directories: HookDirectories
    private let processes: HookProcesses
    private let limits: HookLimits

    /// `directories` are those of the library and the bundled hooks.
    package init(directories: HookDirectories, processes: HookProcesses, limits: HookLimits = HookSpecs.limits) {
        self.directories = directories
        self.directories.site = nil
        self.processes = processes
        self.limits = limits
    }

    /// Runs the tests that stand beside hooks before these are put in force.
    package static func runner(_ processes: HookProcesses) -> HookStaging.SpecRunner {
        { directories, bundle in
            guard let folder = directories.site else { return [] }
            return await HookSpecs(directories: directories, processes: processes).problems(in: bundle, folder: folder)
        }
    }

    /// Runs what `path` means: one file of tests, or those in a directory, by name. `notice` hears of each file when it has been run.
    package func run(at path: String, notice: (SpecReport) -> Void) async throws(HookProblem) {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { throw HookProblem(path, "there is no such file or directory") }
        let isFile = !isDirectory.boolValue
        if isFile, !path.hasSuffix(LuaFile.specEnding) { throw HookProblem(path, "is no file of tests: their names end with \(LuaFile.specEnding)") }
        let folder = isFile ? Self.folder(of: path) : path
        let (bundle, problems) = HookBundle.read(folder)
        if let problem = problems.first { throw problem }
        let names = isFile ? [Self.name(of: path)] : Self.specs(in: bundle)
        guard !names.isEmpty else { throw HookProblem(path, "there are no tests here: their files' names end with \(LuaFile.specEnding)") }
        await run(names, of: bundle, in: folder, notice: notice)
    }

    /// Runs every test of a bundle that stands for `folder`, whatever is on disk: what fails, with file and line.
    package func problems(in bundle: HookBundle, folder: String) async -> [HookProblem] {
        var problems: [HookProblem] = []
        await run(Self.specs(in: bundle), of: bundle, in: folder) { report in
            if let fault = report.fault { problems.append(HookProblem(fault.place?.file ?? report.file, line: fault.place?.line ?? 0, fault.message)) }
            for test in report.tests {
                guard let failure = test.failure else { continue }
                problems.append(HookProblem(test.place?.file ?? report.file, line: test.place?.line ?? 0, "the test \"\(test.name)\" fails: \(failure)"))
            }
        }
        return problems
    }

    private static func specs(in bundle: HookBundle) -> [String] { bundle.paths { $0.hasSuffix(LuaFile.specEnding) && !$0.hasPrefix("lib/") } }

    /// Runs several at once, and hands over their reports in the order of the names.
    private func run(_ names: [String], of bundle: HookBundle, in folder: String, notice: (SpecReport) -> Void) async {
        await withTaskGroup(of: (Int, SpecReport).self) { group in
            var waiting = names.enumerated().makeIterator(), ahead: [Int: SpecReport] = [:], shown = 0
            let begin = { (group: inout TaskGroup<(Int, SpecReport)>) in
                if let (at, name) = waiting.next() { group.addTask { (at, await run(name, of: bundle, in: folder)) } }
            }
            for _ in 0..<Self.atOnce { begin(&group) }
            while let (at, report) = await group.next() {
                begin(&group)
                ahead[at] = report
                while let next = ahead.removeValue(forKey: shown) {
                    notice(next)
                    shown += 1
                }
            }
        }
    }

    private func run(_ name: String, of bundle: HookBundle, in folder: String) async -> SpecReport {
        let path = folder == "." ? name : folder + "/" + name
        let library = SpecLibrary(directories: directories, bundle: bundle, folder: folder, processes: processes)
        let spec = LuaFile(path: path, chunk: name, text: bundle.files[name]?.text ?? "")
        let errand: HookErrand, files: [String: String]
        do throws(HookProblem) { (errand, files) = try await library.errand(for: spec, limits) } catch {
            return SpecReport(file: path, tests: [], fault: HookFault(.environment, error.message, place: error.place, hook: path))
        }
        let printed = Mutex<[String]>([])
        let conversation = HookConversation(processes: processes, errand: errand, hook: name, files: files, isNotification: false,
                                            log: { _, message, _, _ in printed.withLock { $0.append(message) } }, perform: { await library.answer($0) })
        var report = SpecReport(file: path, tests: [])
        switch await conversation.run() {
        case .failed(let fault):
            report.tests = (await library.finished).map { SpecReport.Test($0, files: files) }
            if let test = await library.running {
                report.tests.append(SpecReport.Test(name: test, failure: "\(fault.message); the tests after this one were not run", place: fault.place, crashes: 0))
            } else { report.fault = fault }
        case .reported(let value): report.tests = (value.list ?? []).map { SpecReport.Test($0, files: files) }
        }
        report.printed = printed.withLock { $0 }
        return report
    }

    /// The last part of a path.
    static func name(of path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// What a path says before its last part; `.` when it says nothing.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
