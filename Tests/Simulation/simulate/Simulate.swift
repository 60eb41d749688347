import Glibc
import Simulator

/// Plays seeds: `simulate FIRST [LAST] [--mutation NAME]`. A seed that fails is played once more with its trace, and ends the run with 1.
@main
enum Simulate {
    static func main() {
        var words = Array(CommandLine.arguments.dropFirst())
        var mutation: Mutation?
        if let index = words.firstIndex(of: "--mutation") {
            guard index + 1 < words.count, let known = Mutation(rawValue: words[index + 1]) else { usage() }
            mutation = known
            words.removeSubrange(index...index + 1)
        }
        guard let first = words.first.flatMap(UInt64.init), let last = words.count > 1 ? UInt64(words[1]) : first, first <= last else { usage() }
        let began = ContinuousClock.now
        var totals = (failovers: 0, promotions: 0, acknowledged: 0)
        for seed in first...last {
            let outcome = World.play(seed: seed, mutation: mutation, isTracing: first == last)
            totals.failovers += outcome.failovers
            totals.promotions += outcome.promotions
            totals.acknowledged += outcome.acknowledged
            if first == last { print(outcome.trace.joined(separator: "\n")) }
            guard let violation = outcome.violation else { continue }
            if first != last { print(World.play(seed: seed, mutation: mutation, isTracing: true).trace.joined(separator: "\n")) }
            print("seed \(seed): \(violation)")
            exit(1)
        }
        let time = ContinuousClock.now - began, count = last - first + 1
        print("\(count) seeds in \(time): \(time / Int(count)) each; \(totals.failovers) failovers, \(totals.promotions) promotions, \(totals.acknowledged) acknowledged writes")
    }

    private static func usage() -> Never {
        print("usage: simulate FIRST [LAST] [--mutation \(Mutation.allCases.map(\.rawValue).joined(separator: "|"))]")
        exit(2)
    }
}
