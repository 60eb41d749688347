import Testing
@testable import Hooks

@Suite("What hook files were found to be")
struct HookInspectionsTests {
    private static let option = failoverHook("", header: ", options = { wait = us.opt.duration '1min', at = us.opt.node 'pg2' }")

    /// Loads again where no hook process can be had: what is not known already is a problem.
    private func loadWithoutProcesses(_ stage: Stage, _ options: [(String, String, String)] = [], nodes: [String] = []) async -> [String] {
        let processes = HookProcesses(executable: "/nowhere/understudy", waiter: stage.waiter, inspections: stage.processes.inspections) { _ in }
        let (_, problems) = await HookCatalogue.load(stage.directories, options: stage.settings(options), nodes: nodes, processes: processes)
        return problems.map { $0.description.replacing(stage.site + "/", with: "") }
    }

    @Test("What has not changed is not looked into again, and gives the same hooks and problems")
    func kept() async throws {
        try await onStage(["ours.lua": Self.option], inspections: HookInspections()) { stage in
            #expect(await stage.load().1 == [])
            #expect(await loadWithoutProcesses(stage) == [])
            let problem = "understudy.conf:1: hook.ours.wait: expected a duration such as \"500ms\", \"30s\" or \"10min\"; got \"soon\""
            #expect(await stage.load(options: [("ours", "wait", "soon")]).1 == [problem])
            #expect(await loadWithoutProcesses(stage, [("ours", "wait", "soon")]) == [problem])
            #expect(await loadWithoutProcesses(stage) == [])
        }
    }

    @Test("A changed file, module, option of its own or node is looked into; another hook's option changes nothing")
    func changed() async throws {
        try await onStage(["ours.lua": Self.option, "other.lua": failoverHook("", name: "other", header: ", options = { loud = us.opt.boolean(true) }")], inspections: HookInspections()) { stage in
            #expect(await stage.load().1 == [])
            #expect(await loadWithoutProcesses(stage, [("other", "loud", "off")]).map { $0.hasPrefix("other.lua: no hook process") } == [true])
            #expect(await loadWithoutProcesses(stage, [("ours", "wait", "3s")]).map { $0.hasPrefix("ours.lua: no hook process") } == [true])
            #expect(await loadWithoutProcesses(stage, nodes: ["pg1", "pg2"]).count > 2)
            try stage.write("ours.lua", Self.option + "\n")
            #expect(await loadWithoutProcesses(stage).map { $0.hasPrefix("ours.lua: no hook process") } == [true])
            try stage.write("lib/tools.lua", "return 1")
            #expect(await loadWithoutProcesses(stage).count > 2)
        }
    }

    @Test("What went wrong is not kept: it may go well the next time")
    func faults() async throws {
        try await onStage(["broken.lua": "this is not Lua"]) { stage in
            let problems = await stage.load().1
            #expect(problems.count == 1 && problems[0].hasPrefix("broken.lua:1: "))
            #expect(await loadWithoutProcesses(stage).map { $0.hasPrefix("broken.lua: no hook process") } == [true])
        }
    }

    @Test("The memory is bounded")
    func bound() {
        let inspections = HookInspections()
        for number in 0..<2 * HookInspections.most + 1 {
            let subject = HookInspections.Subject(code: [], chunk: "a.lua", text: "\(number)", isBundled: false, isRestricted: false, nodes: [])
            inspections.keep(["name": "a"], on: subject, [])
            #expect(inspections.report(on: subject, []) == ["name": "a"])
        }
        #expect(inspections.count <= HookInspections.most)
    }
}
