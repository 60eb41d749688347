internal import ArgumentParser
internal import Foundation
internal import Hooks
internal import Reactor

struct HooksTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run tests of hooks, *_spec.lua, over a cluster that is a table: milliseconds, no server.")

    @Argument(help: "Files of tests, or directories that hold some; without any, the directory one is in.")
    var paths: [String] = ["."]

    @Flag(help: "Say of each test how many crashes its sweeps went through.")
    var sweep = false

    @Flag(help: "Print JSON, for programs.")
    var json = false

    func run() async throws {
        let files = try paths.flatMap { try HookSpecs.files(at: $0) }
        guard !files.isEmpty else { throw StartFailure("there are no tests in \(paths.joined(separator: ", ")): their files' names end with _spec.lua") }
        let reports = try await reports(files)
        try show(reports.map(SpecView.init), json: json) { SpecView.text($0, showsCrashes: sweep) }
        if reports.contains(where: { $0.failures > 0 }) { throw ExitCode.failure }
    }

    private func reports(_ files: [String]) async throws -> [SpecReport] {
        let shared = try SharedFiles.find()
        let processes = HookProcesses(executable: try ownExecutable(), waiter: try DescriptorWaiter()) { line in
            if line.level == .error { StderrLog.writeLine(line.message) }
        }
        let specs = HookSpecs(directories: HookDirectories(library: shared.library, bundled: shared.hooks, site: nil), processes: processes)
        var reports: [SpecReport] = []
        for file in files { reports.append(await specs.run(file)) }
        await processes.shutDown()
        return reports
    }
}

/// A file's tests, for people and programs.
private struct SpecView: Encodable {
    struct Test: Encodable {
        let name: String
        let passed: Bool
        let failure: String?
        let place: String?
        let crashes: Int
        let ms: Double
    }

    let file: String
    let tests: [Test]
    let problem: String?

    init(_ report: SpecReport) {
        file = report.file
        tests = report.tests.map { test in
            Test(name: test.name, passed: test.failure == nil, failure: test.failure, place: test.place?.description, crashes: test.crashes,
                 ms: (test.took / .milliseconds(1) * 10).rounded() / 10)
        }
        problem = report.fault?.description
    }

    static func text(_ views: [SpecView], showsCrashes: Bool) -> String {
        let tests = views.flatMap(\.tests), failed = tests.count { !$0.passed } + views.count { $0.problem != nil }
        let crashes = tests.reduce(0) { $0 + $1.crashes }
        let survived = crashes > 0 ? ", \(crashes) crashes swept" : ""
        return views.map { $0.text(showsCrashes) }.joined() + "\n\(tests.count) tests in \(views.count) \(views.count == 1 ? "file" : "files"): \(failed == 0 ? "all passed" : "\(failed) failed")\(survived)\n"
    }

    private func text(_ showsCrashes: Bool) -> String {
        let lines = tests.map { test in
            let sweep = showsCrashes && test.crashes > 0 ? " (\(test.crashes) crashes)" : ""
            let reason = test.failure.map { "\n      \(test.place.map { "\($0): " } ?? "")\($0.replacing("\n", with: "\n      "))" } ?? ""
            return "  \(test.passed ? "✓" : "✗") \(test.name)\(sweep)\(reason)\n"
        }
        return "\(file)\n" + lines.joined() + (problem.map { "  ✗ \($0)\n" } ?? "")
    }
}
