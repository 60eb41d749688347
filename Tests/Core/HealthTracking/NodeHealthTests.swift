import ClusterModel
import Testing
@testable import HealthTracking

@Suite("NodeHealth")
struct NodeHealthTests {
    private static let seen = NodeObservation(
        role: .primary, systemIdentifier: SystemIdentifier(1), timeline: Timeline(1), walEnd: .zero, serverVersion: 150_018)
    private let good = ProbeResult.answered(seen, remark: "")
    private let refused = ProbeResult.refused(reason: "refuses")
    private let silent = ProbeResult.silent(reason: "is silent")
    private let broken = ProbeResult.broken(reason: "broke")
    private let starting = ProbeResult.notReady(reason: "is starting")
    private let unable = ProbeResult.unable(reason: "could not be asked")

    private func health(_ results: ProbeResult..., retries: Int = 2, period: Duration? = .seconds(1)) -> NodeHealth {
        var health = NodeHealth(policy: HealthPolicy(period: period, retries: retries, retryDelay: .milliseconds(100)))
        for (index, result) in results.enumerated() { _ = health.probed(result, at: .milliseconds(index * 100)) }
        return health
    }

    // MARK: Falling

    @Test("One refusal makes a suspect, the second in a row a verdict, within milliseconds")
    func refusals() {
        var health = health(good)
        #expect(health.verdict == .up)
        #expect(health.probed(refused, at: .zero) == HealthPolicy.confirmationDelay)
        #expect(HealthPolicy.confirmationDelay <= .milliseconds(10))
        #expect(health.verdict == .suspect)
        #expect(health.probed(refused, at: .zero) == HealthPolicy.downPeriod)
        #expect(health.verdict == .down)
        #expect(health.reason == "refuses")
        #expect(health.observation == nil)
    }

    @Test("A good answer between two refusals clears the first")
    func cleared() {
        #expect(health(good, refused, good, refused).verdict == .suspect)
        #expect(health(good, refused, good).reason.isEmpty)
    }

    @Test("Silence needs all its retries", arguments: [0, 1, 2, 5])
    func silence(_ retries: Int) {
        var health = health(good, retries: retries)
        for _ in 0..<retries {
            #expect(health.probed(silent, at: .zero) == .milliseconds(100))
            #expect(health.verdict == .suspect)
        }
        _ = health.probed(silent, at: .zero)
        #expect(health.verdict == .down)
    }

    @Test("A dropped connection is looked at again as soon as a refusal, but proves no more than silence")
    func brokenConnections() {
        var health = health(good)
        #expect(health.probed(broken, at: .zero) == HealthPolicy.confirmationDelay)
        #expect(health.probed(broken, at: .zero) == .milliseconds(100))
        #expect(health.verdict == .suspect)
        _ = health.probed(broken, at: .zero)
        #expect(health.verdict == .down)
    }

    @Test("A killed server, first broken, then refused twice, is down within two confirmations")
    func killed() {
        var health = health(good)
        #expect(health.probed(broken, at: .zero) == HealthPolicy.confirmationDelay)
        #expect(health.probed(refused, at: .zero) == HealthPolicy.confirmationDelay)
        _ = health.probed(refused, at: .zero)
        #expect(health.verdict == .down)
    }

    @Test("A server that is starting is given its time, then it is down")
    func startingUp() {
        var health = health(good)
        #expect(health.probed(starting, at: .seconds(10)) == HealthPolicy.startingDelay)
        _ = health.probed(starting, at: .seconds(14))
        #expect(health.verdict == .suspect)
        #expect(health.reason == "is starting")
        _ = health.probed(starting, at: .seconds(15))
        #expect(health.verdict == .down)
    }

    @Test("Failures of different kinds in turn do not excuse one another")
    func alternating() {
        #expect(health(good, refused, starting, refused).verdict == .down)
        #expect(health(good, silent, refused, silent, starting, silent).verdict == .down)
    }

    @Test("A node that answers and whose commits do not end is wedged until one does; when it stops answering, that counts")
    func wedged() {
        var health = health(good)
        #expect(health.probed(good, stuck: "cannot commit", at: .zero) == .seconds(1))
        #expect(health.verdict == .wedged)
        #expect(health.reason == "cannot commit")
        #expect(health.observation == Self.seen)
        _ = health.probed(good, at: .zero)
        #expect(health.verdict == .up)
        #expect(health.reason.isEmpty)
        _ = health.probed(refused, stuck: "cannot commit", at: .zero)
        #expect(health.verdict == .suspect)
        _ = health.probed(refused, stuck: "cannot commit", at: .zero)
        #expect(health.verdict == .down)
        #expect(health.reason == "refuses")
    }

    // MARK: What is no sign of death

    @Test("A login that is rejected is no sign of death, however often, and says why")
    func alive() {
        let rejected = ProbeResult.alive(reason: "rejects our login")
        let health = health(rejected, rejected, rejected, rejected)
        #expect(health.verdict == .up)
        #expect(health.reason == "rejects our login")
        #expect(health.observation == nil)
    }

    @Test("A look that failed on our side changes no verdict, clears no count, and is repeated")
    func unableToLook() {
        var health = health(good)
        for _ in 0..<10 { #expect(health.probed(unable, at: .zero) == .milliseconds(100)) }
        #expect(health.verdict == .up)
        #expect(health.reason == "could not be asked")
        #expect(self.health(good, refused, unable, refused).verdict == .down)
        #expect(self.health(unable).verdict == nil)
        #expect(self.health(refused, refused, unable).verdict == .down)
    }

    @Test("What the server would not tell is a remark on a node that is up")
    func remark() {
        let health = health(.answered(Self.seen, remark: "hides something"))
        #expect(health.verdict == .up)
        #expect(health.reason == "hides something")
        #expect(health.observation == Self.seen)
    }

    @Test("Before the first probe there is no verdict, and without a period only evidence probes a healthy node")
    func noPeriod() {
        var health = health(period: nil)
        #expect(health.verdict == nil)
        #expect(health.probed(good, at: .zero) == nil)
        #expect(health.probed(refused, at: .zero) == HealthPolicy.confirmationDelay)
        #expect(health.probed(refused, at: .zero) == HealthPolicy.downPeriod)
    }

    // MARK: Rising

    @Test("A node that was down rises after two good answers")
    func rise() {
        var health = health(refused, refused)
        #expect(health.verdict == .down)
        #expect(health.probed(good, at: .zero) == HealthPolicy.risingDelay)
        #expect(health.verdict == .down)
        #expect(health.probed(good, at: .zero) == .seconds(1))
        #expect(health.verdict == .up)
        #expect(health.reason.isEmpty)
    }

    @Test("A node that never answers twice in a row stays down")
    func neverTwice() {
        #expect(health(refused, refused, good, refused, good, silent, good).verdict == .down)
    }

    @Test("Each fall of a flapping node doubles the good answers it needs, up to a bound; a quiet minute forgives")
    func flapping() {
        var health = health(), now = Duration.zero
        func fallAndRise() -> Int {
            while health.verdict != .down { _ = health.probed(refused, at: now) }
            var answers = 0
            while health.verdict != .up {
                now += .milliseconds(50)
                _ = health.probed(good, at: now)
                answers += 1
            }
            return answers
        }
        #expect((0..<8).map { _ in fallAndRise() } == [2, 4, 8, 16, 32, 64, 64, 64])
        now += HealthPolicy.flapWindow
        #expect(fallAndRise() == 2)
    }

    @Test("A node that is down and answers is not gone, and one failure does not make it gone again; two refusals do")
    func gone() {
        var health = health(good, refused)
        #expect(!health.isGone)
        for (result, isGone) in [(refused, true), (silent, true), (good, false), (refused, false), (good, false), (refused, false), (refused, true)] {
            _ = health.probed(result, at: .seconds(1))
            #expect(health.verdict == .down)
            #expect(health.isGone == isGone)
        }
    }

    // MARK: Evidence

    @Test("Evidence is looked into at once when the last look is old, and never more often than the spacing")
    func evidence() {
        var health = health()
        #expect(health.delayOfEvidence(at: .zero) == .zero)
        _ = health.probed(good, at: .seconds(1))
        #expect(health.delayOfEvidence(at: .seconds(1)) == HealthPolicy.evidenceSpacing)
        #expect(health.delayOfEvidence(at: .seconds(1) + .milliseconds(15)) == HealthPolicy.evidenceSpacing - .milliseconds(15))
        #expect(health.delayOfEvidence(at: .seconds(2)) == .zero)
    }

    @Test("Evidence alone changes no verdict")
    func evidenceIsNoProof() {
        let health = health(good)
        for _ in 0..<100 { _ = health.delayOfEvidence(at: .seconds(1)) }
        #expect(health.verdict == .up)
    }
}
