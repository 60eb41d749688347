import Testing
@testable import Hooks

@Suite("Secrets in what comes back")
struct SecretMaskingTests {
    private static let header = ", needs = { 'secret:key', 'run:cat' }"
    private static let use = "  us.run { 'cat', stdin = us.secret 'key' }\n"

    @Test("Of a secret of several lines each is masked, however a program's output is cut into lines", arguments: [
        "first-line-4711", "and then second-line-0815", "first-line-4711; second-line-0815", "first-line-4711\nsecond-line-0815",
    ])
    func lines(_ output: String) async throws {
        let body = Self.use + "  return us.done { shown = us.run { 'cat' }.stdout }"
        try await onStage(["ours.lua": failoverHook(body, header: Self.header)]) { stage in
            try stage.write(secret: "key", "first-line-4711\nsecond-line-0815\n")
            stage.host.set { $0.answers = [.run: ["code": 0, "stdout": .text(output), "stderr": "", "took": 0.1]] }
            guard case .done(_, let value) = await stage.failOver(stage.runner()) else { Issue.record("it failed: \(stage.logged)"); return }
            let shown = value["shown"].text ?? ""
            #expect(shown.contains("<secret key>") && !shown.contains("line"), "\(shown)")
            #expect(try !stage.storedBytes().contains("second-line"))
        }
    }

    @Test("A message is cut after its secrets are masked: no beginning of one is left at its end", arguments: [0, 4, 9, 14])
    func cut(_ beyond: Int) async throws {
        let body = Self.use
        try await onStage(["ours.lua": failoverHook(body, header: Self.header)]) { stage in
            try stage.write(secret: "key", "first-line-4711")
            stage.host.set { $0.failure = HostCallFailure(.environment, String(repeating: "x", count: HostCallFailure.longest - 15 + beyond) + "first-line-4711 and more") }
            let fault = await stage.fault(stage.runner())
            #expect(fault.contains("xxx") && !fault.contains("fir") && fault.utf8.count < HostCallFailure.longest + 100, "\(fault)")
        }
    }
}
