import ArgumentParser
import Foundation

/// Time, allocations and reference counting of the parts that every statement goes through.
///
/// A harness of our own: what it takes besides a loop and a clock are the counts of the runtime, and those the usual one (ordo-one/benchmark)
/// does not have on Linux.
@main
struct Micro: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures the scanner, the session machine and the pool, one operation at a time.")

    @Option(help: "How often each is measured.")
    var rounds = 21
    @Option(help: "Write the table to this file, as docs/micro.md.")
    var markdown: String?
    @Argument(help: "Measure only what has one of these words in its name.")
    var words: [String] = []

    func validate() throws {
        if rounds < 1 { throw ValidationError("--rounds is \(rounds): expected at least 1") }
    }

    func run() throws {
        let all = ScannerBenchmarks.all() + SessionBenchmarks.all() + PoolBenchmarks.all()
        let chosen = all.filter { benchmark in words.isEmpty || words.contains { benchmark.name.contains($0) } }
        guard !chosen.isEmpty else { throw ValidationError("nothing is named like that: there are \(all.map(\.name).joined(separator: "; "))") }
        let report = Report(measurements: chosen.map { Measurement($0, rounds: rounds) }, command: "make micro")
        print(report.text)
        if let markdown { try report.markdown.write(to: URL(filePath: markdown), atomically: true, encoding: .utf8) }
    }
}
