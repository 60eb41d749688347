import Foundation
import Testing
@testable import Hooks

@Suite("Tests of hooks")
struct HookSpecsTests {
    /// Runs what a path below the repository's root means.
    private func run(_ path: String, on stage: Stage, _ limits: HookLimits = HookSpecs.limits) async throws -> [SpecReport] {
        let directories = HookDirectories(library: Stage.root.appending(path: "lua").path, bundled: Stage.root.appending(path: "hooks").path, site: nil)
        var reports: [SpecReport] = []
        try await HookSpecs(directories: directories, processes: stage.processes, limits: limits).run(at: path.hasPrefix("/") ? path : Stage.root.path + "/" + path) { reports.append($0) }
        return reports
    }

    private func failures(_ reports: [SpecReport]) -> [String] {
        reports.compactMap { report in report.fault.map { "\(report.file): \($0)" } } + reports.flatMap { report in
            report.tests.compactMap { test in test.failure.map { "\(test.place?.description ?? report.file): \(test.name): \($0)" } }
        }
    }

    /// A release takes some two seconds of one core; what is built for tests computes several times slower, beside others.
    private static let patience = Duration.seconds(30)

    @Test("Every bundled hook and every sample has tests, which pass soon, sweeps included")
    func bundledAndSamples() async throws {
        try await onStage(inspections: HookInspections()) { stage in
            let begin = ContinuousClock.now
            let reports = try await run("hooks", on: stage) + run("samples/hooks", on: stage)
            let took = ContinuousClock.now - begin
            #expect(failures(reports) == [])
            #expect(took < Self.patience)
            // Every file's tests load the bundled hooks again and again: nearly always as they were before.
            #expect(stage.processes.inspections.count < 100)
            let tested = Set(reports.map { String($0.file.split(separator: "/").last ?? "").replacing("_spec.lua", with: "") })
            for folder in ["hooks", "samples/hooks"] {
                let hooks = try FileManager.default.contentsOfDirectory(atPath: Stage.root.appending(path: folder).path).filter { $0.hasSuffix(".lua") && !$0.hasSuffix("_spec.lua") }
                for hook in hooks { #expect(tested.contains(hook.replacing(".lua", with: "")), "\(folder)/\(hook) has no tests") }
            }
            // failback changes nothing that a crash could come after.
            for report in reports where !report.file.contains("samples") && !report.file.contains("failback") {
                #expect(report.tests.contains { $0.crashes > 0 }, "\(report.file) has no sweep")
            }
        }
    }

    @Test("The test library keeps what it promises", arguments: ["legacy", "library"])
    func library(_ name: String) async throws {
        try await onStage { stage in
            let reports = try await run("Tests/Shell/Hooks/Specs/\(name)_spec.lua", on: stage)
            #expect(failures(reports) == [])
            #expect(reports.flatMap(\.tests).count > 10)
        }
    }

    @Test("The words of tests mean what they mean in busted")
    func busted() async throws {
        try await onStage { stage in
            let path = "Tests/Shell/Hooks/Specs/vocabulary_spec.lua"
            let ours = try await run(path, on: stage).flatMap(\.tests).map { ($0.failure == nil, $0.place?.line) }
            let theirs = try Self.busted(path)
            #expect(ours.map(\.0) == theirs.map(\.0))
            #expect(ours.map(\.1) == theirs.map(\.1), "the lines of failures")
            #expect(ours.count > 20)
        }
    }

    /// What Debian's busted says: of every test whether it passed, else the line.
    private static func busted(_ path: String) throws -> [(Bool, Int?)] {
        let busted = Process(), output = Pipe()
        busted.executableURL = URL(filePath: "/usr/bin/env")
        busted.arguments = ["busted", "--lua=/usr/bin/lua5.4", "-o", "TAP", path]
        busted.currentDirectoryURL = Stage.root
        busted.standardOutput = output
        try busted.run()
        let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).split(separator: "\n")
        busted.waitUntilExit()
        try #require(!lines.isEmpty, "busted is Debian's lua-busted")
        return lines.enumerated().compactMap { index, line in
            if line.hasPrefix("ok ") { return (true, nil) }
            guard line.hasPrefix("not ok ") else { return nil }
            return (false, lines[index + 1].split(separator: " ").last.flatMap { Int($0) })
        }
    }

    @Test("A test that fails says where and why; the others are run all the same")
    func failing() async throws {
        let spec = "describe('ours', function()\n  it('fails', function()\n    assert.equal(1, 2)\n  end)\n  it('passes', function() end)\nend)\n"
        try await onStage(["ours_spec.lua": spec]) { stage in
            let report = try #require(try await run(stage.site, on: stage).first)
            #expect(report.tests.map(\.name) == ["ours fails", "ours passes"])
            #expect(report.tests[0].failure == "expected 1, got 2")
            #expect(report.tests[0].place == HookPlace(file: stage.site + "/ours_spec.lua", line: 3))
            #expect(report.tests[1].failure == nil)
            #expect(report.failures == 1)
        }
    }

    @Test("A hook that never ends fails the test that fired it; those before it stand, and what was printed is kept")
    func endless() async throws {
        let files = [
            "ours.lua": "local us = require 'understudy'\nlocal hook = us.hook { name = 'ours' }\nfunction hook.timer(ev)\n  print('from the hook', 1)\n  if ev.missed > 0 then while true do end end\nend\nhook.alert = nil\nreturn hook"
                .replacing("hook.alert = nil\n", with: "").replacing("name = 'ours'", with: "name = 'ours', on = { timer = { every = '1s' } }"),
            "ours_spec.lua": """
                local t = require "understudy.testing"
                local function fire(missed) t.cluster({ pg1 = { role = "primary" } }):hooks("ours.lua"):fire("timer", { missed = missed }) end
                it("passes", function() print "from the test" fire(0) end)
                it("spins", function() fire(1) end)
                it("is not reached", function() end)
                """,
        ]
        try await onStage(files) { stage in
            let report = try #require(try await run(stage.site, on: stage).first)
            #expect(report.fault == nil)
            #expect(report.tests.map(\.name) == ["passes", "spins"])
            #expect(report.tests[0].failure == nil)
            #expect(report.tests[1].failure?.contains("computed for more than") == true && report.tests[1].failure?.hasSuffix("the tests after this one were not run") == true)
            #expect(report.tests[1].place?.description.hasSuffix("ours.lua:5") == true, "\(String(describing: report.tests[1].place))")
            #expect(report.printed == ["from the test", "from the hook\t1", "from the hook\t1"])
        }
    }

    @Test("What cannot be run at all is a fault of its file", arguments: [
        ("it('x', function(", "syntax error|expected"), ("local x = nil\nx.y = 1", "attempt to index"), ("io.open('/etc/passwd')", "nil value"),
        ("while true do end", "computed for more than"), ("require 'lfs'", "there is no module"),
        ("require('understudy').run { 'ls' }", "while the file is loading"), ("it('x', 5)", "takes a text and a function"),
    ])
    func unrunnable(_ spec: String, _ words: String) async throws {
        try await onStage(["ours_spec.lua": spec]) { stage in
            let report = try #require(try await run(stage.site, on: stage, HookLimits(budget: .seconds(30), slice: .milliseconds(300))).first)
            let message = report.fault?.description ?? ""
            #expect(words.split(separator: "|").contains { message.contains($0) }, "\(message)")
            #expect(message.contains("ours_spec.lua:"), "\(message)")
        }
    }

    @Test("A hook that is tested alone runs with the bundled ones, its modules and its options; its own fault has its line")
    func hooks() async throws {
        let files = [
            "lib/tools.lua": "return { words = 'from a module' }",
            "ours.lua": "local us = require 'understudy'\nlocal hook = us.hook { name = 'ours', options = { loud = us.opt.boolean(false) } }\n"
                + "function hook.failover(ev, opt)\n  us.log.info(require('tools').words)\n  if opt.loud then error 'too loud' end\nend\nreturn hook",
            "broken.lua": "this is not Lua",
            "ours_spec.lua": """
                local t = require "understudy.testing"
                local nodes = { pg1 = { role = "primary", down = true }, pg2 = {} }
                it("goes on", function()
                  local c = t.cluster(nodes):hooks "ours.lua"
                  local r = c:fire("failover", { node = "pg1" })
                  assert.equal("understudy/failover", r.hook)
                  assert.equal(1, #c:logged "from a module")
                end)
                it("fails", function()
                  local c = t.cluster(nodes):hooks("ours.lua"):set("hook.ours.loud", "on")
                  local r = c:run("failover", { node = "pg1", new_main = "pg2" })
                  assert.equal("ours.lua:5: too loud", r.error)
                end)
                it("is not loaded with a broken one", function()
                  assert.error_matches(function() t.cluster(nodes):hooks("."):fire("failover", { node = "pg1" }) end, "broken.lua:1: ")
                end)
                """,
        ]
        try await onStage(files) { stage in
            let reports = try await run(stage.site, on: stage)
            #expect(failures(reports) == [])
        }
    }

    @Test("There is no test to run: that is said, not passed over")
    func none() async throws {
        try await onStage(["ours.lua": "return 1"]) { stage in
            await #expect(throws: HookProblem.self) { _ = try await run(stage.site, on: stage) }
            await #expect(throws: HookProblem.self) { _ = try await run(stage.site + "/ours.lua", on: stage) }
            await #expect(throws: HookProblem.self) { _ = try await run(stage.site + "/nowhere", on: stage) }
        }
    }
}
