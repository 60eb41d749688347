import Foundation
import Testing
@testable import Hooks

@Suite("HookManual")
struct HookManualTests {
    @Test("The reference is fresh")
    func fresh() throws {
        let stored = try String(contentsOf: Stage.root.appending(path: "docs/hook-reference.md"), encoding: .utf8)
        #expect(stored == HookManual.text, "run: understudy render hooks > docs/hook-reference.md")
    }

    @Test("`hooks doc` knows every function by its name, groups as a whole, and what the header takes")
    func help() throws {
        for function in LibraryFunction.all { #expect(HookHelp.text(for: function.label)?.contains(function.call) == true, "\(function.label)") }
        for event in EventSchema.all { #expect(HookHelp.text(for: event.name)?.hasPrefix("function hook.\(event.name)(") == true) }
        let options = try #require(HookHelp.text(for: "us.opt"))
        #expect(options.contains("us.opt.duration([default])") && options.contains("us.opt.one_of(choices, [default])"))
        let header = try #require(HookHelp.text(for: "us.hook"))
        for table in HookHeader.all { for name in table.names { #expect(header.contains("  \(name): ")) } }
        #expect(HookHelp.text(for: "us.engine.switchover")?.contains("Not yet: there is no switchover yet") == true)
        #expect(HookHelp.text(for: "timer")?.contains("cron = \"0 3 * * *\"") == true)
        #expect(HookHelp.index.contains(#/ follow_primary .*\(fired from a later version\)/#))
        #expect(HookHelp.text(for: "us.stp") == nil && HookHelp.suggestion(for: "us.stp") == "; did you mean \"us.step\"?")
    }
}
