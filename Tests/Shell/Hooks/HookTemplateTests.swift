import Foundation
import Testing
@testable import Hooks

@Suite("HookTemplate")
struct HookTemplateTests {
    @Test("What `hooks new` writes loads, and its tests pass: for every event that hooks of a site may handle", arguments: EventSchema.all.map(\.name))
    func everyEvent(_ event: String) async throws {
        // Decided without host functions, and not run like the others.
        guard !["classify_query", "route"].contains(event) else { return }
        let template = try #require(HookTemplate(event: event, named: "ours"))
        try await onStage(["ours.lua": template.hook, "ours_spec.lua": template.spec]) { stage in
            let (_, problems) = await stage.load()
            #expect(problems == [])
            let directories = HookDirectories(library: Stage.root.appending(path: "lua").path, bundled: Stage.root.appending(path: "hooks").path, site: nil)
            var failures: [String] = []
            try await HookSpecs(directories: directories, processes: stage.processes).run(at: stage.site) { report in
                failures += (report.fault.map { [$0.description] } ?? []) + report.tests.compactMap { test in test.failure.map { "\(test.name): \($0)" } }
            }
            #expect(failures == [])
        }
    }

    @Test("Names are those that a hook may have", arguments: [("ours", true), ("our_2", true), ("Ours", false), ("2", false), ("our-hook", false), ("", false), ("ä", false)])
    func names(_ name: String, _ isGood: Bool) { #expect(HookTemplate.isName(name) == isGood) }

    @Test("There is no template for an event that does not exist")
    func unknown() { #expect(HookTemplate(event: "failvoer", named: "ours") == nil) }
}
