import Simulator
import Testing

@Suite("Simulation")
struct SimulationTests {
    @Test("Whatever fails and whoever dies, no promise is broken", arguments: 0..<20)
    func seeds(_ piece: Int) {
        for seed in UInt64(piece * 100 + 1)...UInt64(piece * 100 + 100) {
            let outcome = World.play(seed: seed)
            guard let violation = outcome.violation else { continue }
            Issue.record("\(violation)\n\(World.play(seed: seed, isTracing: true).trace.joined(separator: "\n"))\nplay it again: swift run simulate \(seed)")
            return
        }
    }

    @Test("Each rule that is left out is found missing", arguments: Mutation.allCases)
    func mutants(_ mutation: Mutation) {
        #expect((1...3000).contains { World.play(seed: $0, mutation: mutation).violation?.hasPrefix("I") == true })
    }

    @Test("A seed is a whole story: played again it is the same")
    func same() {
        for seed in UInt64(1)...20 { #expect(World.play(seed: seed, isTracing: true).trace == World.play(seed: seed, isTracing: true).trace) }
    }
}
