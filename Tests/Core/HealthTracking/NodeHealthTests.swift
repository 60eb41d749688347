import ClusterModel
import Testing
@testable import HealthTracking

@Suite("NodeHealth")
struct NodeHealthTests {
    private let good = NodeHealth.ProbeResult.answered(NodeObservation(
        role: .primary, systemIdentifier: SystemIdentifier(1), timeline: Timeline(1), walEnd: .zero, serverVersion: 150_018))
    private let refused = NodeHealth.ProbeResult.refused(reason: "refuses")
    private let silent = NodeHealth.ProbeResult.silent(reason: "is silent")
    private let starting = NodeHealth.ProbeResult.notReady(reason: "is starting")

    private func health(_ results: NodeHealth.ProbeResult..., retries: Int = 2) -> NodeHealth {
        var health = NodeHealth(policy: .init(period: .seconds(1), retries: retries, retryDelay: .milliseconds(100)))
        for (index, result) in results.enumerated() { _ = health.probed(result, at: .milliseconds(index * 100)) }
        return health
    }

    @Test("One refusal makes a suspect, the second in a row a verdict, within milliseconds")
    func refusals() {
        var health = health(good)
        #expect(health.verdict == .up)
        #expect(health.probed(refused, at: .zero) == NodeHealth.confirmationDelay)
        #expect(health.verdict == .suspect)
        #expect(health.probed(refused, at: .zero) == NodeHealth.downPeriod)
        #expect(health.verdict == .down)
        #expect(health.reason == "refuses")
        #expect(health.observation == nil)
    }

    @Test("A good answer between two refusals clears the first")
    func cleared() {
        #expect(health(good, refused, good, refused).verdict == .suspect)
        #expect(health(good, refused, good, refused).reason == "refuses")
    }

    @Test("Silence needs all its retries", arguments: [0, 1, 2, 5])
    func silence(_ retries: Int) {
        var health = NodeHealth(policy: .init(period: .seconds(1), retries: retries, retryDelay: .milliseconds(100)))
        _ = health.probed(good, at: .zero)
        for _ in 0..<retries {
            #expect(health.probed(silent, at: .zero) == .milliseconds(100))
            #expect(health.verdict == .suspect)
        }
        _ = health.probed(silent, at: .zero)
        #expect(health.verdict == .down)
    }

    @Test("A node that was down rises after two good answers, the second asked for at once")
    func rise() {
        var health = health(refused, refused)
        #expect(health.verdict == .down)
        #expect(health.probed(good, at: .zero) == NodeHealth.confirmationDelay)
        #expect(health.verdict == .down)
        #expect(health.probed(good, at: .zero) == .seconds(1))
        #expect(health.verdict == .up)
        #expect(health.reason.isEmpty)
    }

    @Test("A flapping node that never answers twice in a row stays down")
    func flapping() {
        #expect(health(refused, refused, good, refused, good, silent, good).verdict == .down)
    }

    @Test("A server that is starting is given its time, then it is down; refused and starting in turn count as both")
    func starting_() {
        var health = health(good)
        #expect(health.probed(starting, at: .seconds(10)) == NodeHealth.startingDelay)
        _ = health.probed(starting, at: .seconds(14))
        #expect(health.verdict == .suspect)
        _ = health.probed(starting, at: .seconds(15))
        #expect(health.verdict == .down)
        #expect(self.health(good, refused, starting, refused).verdict == .down)
    }

    @Test("A login that is rejected is no sign of death, and says why")
    func alive() {
        let health = health(.alive(reason: "rejects our login"), .alive(reason: "rejects our login"))
        #expect(health.verdict == .up)
        #expect(health.reason == "rejects our login")
        #expect(health.observation == nil)
    }

    @Test("Before the first probe there is no verdict, and without a period only evidence probes a healthy node")
    func noPeriod() {
        var health = NodeHealth(policy: .init(period: nil, retries: 1, retryDelay: .milliseconds(100)))
        #expect(health.verdict == nil)
        #expect(health.probed(good, at: .zero) == nil)
        #expect(health.probed(refused, at: .zero) == NodeHealth.confirmationDelay)
    }
}
