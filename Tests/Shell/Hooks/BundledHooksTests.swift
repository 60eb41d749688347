import ClusterModel
import Testing
@testable import Hooks

@Suite("The bundled hooks")
struct BundledHooksTests {
    @Test("failover promotes the chosen node exactly once and says so")
    func promotes() async throws {
        try await onStage { stage in
            let (_, problems) = await stage.load()
            #expect(problems == [])
            let outcome = await stage.failOver(stage.runner())
            #expect(outcome == .done(hook: "understudy/failover", ["primary": "pg2"]))
            #expect(stage.host.operations == ["node.in_recovery 1", "node.promote 1", "node.in_recovery 1"])
            let found1 = try await stage.finishedSteps("promote", "verify", hook: "understudy/failover")
            #expect(found1 == ["promote", "verify"])
        }
    }

    @Test("failover leaves a node alone that is writable already")
    func alreadyPromoted() async throws {
        try await onStage { stage in
            stage.host.set { $0.writable = [NodeID(1)] }
            #expect(await stage.failOver(stage.runner()) == .done(hook: "understudy/failover", ["primary": "pg2"]))
            #expect(stage.host.promotions == 0)
        }
    }

    @Test("failover without a standby is aborted, with a reason and a line")
    func noStandby() async throws {
        try await onStage { stage in
            guard case .failed(let fault) = await stage.failOver(stage.runner(), candidate: nil) else { return #expect(Bool(false)) }
            #expect(fault.kind == .aborted)
            #expect(fault.message == "no healthy standby is left to promote")
            #expect(fault.place?.file.hasSuffix("hooks/failover.lua") == true)
            #expect(fault.place?.line == 15)
        }
    }
}
