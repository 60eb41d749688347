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
}
