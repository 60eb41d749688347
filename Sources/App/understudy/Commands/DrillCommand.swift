internal import Administration
internal import ArgumentParser
internal import Coordination
internal import Foundation
internal import Playground
internal import Reactor

struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill", abstract: "Write through the proxy of a playground, inject a fault, and look for every acknowledged write.")

    @Option(help: "The fault: \(Drill.Fault.allCases.map(\.rawValue).joined(separator: ", ")).")
    var fault: String

    @OptionGroup var place: PlaygroundCommand.Place

    @Option(help: "Clients that write; as many more are idle at the fault.")
    var clients = 10

    @Option(help: "Seconds of writing after writes came back.")
    var seconds = 1.0

    @Flag(help: "Print JSON, for programs.")
    var json = false

    func validate() throws {
        guard (0...3600).contains(seconds) else { throw ValidationError("--seconds takes 0 to 3600, got \(seconds)") }
    }

    func run() async throws {
        guard let fault = Drill.Fault(rawValue: fault) else {
            throw PlaygroundError("there is no fault \"\(fault)\"; this version knows \(Drill.Fault.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let cluster = try place.cluster()
        let client = ControlClient(path: cluster.description.socket, waiter: try DescriptorWaiter())
        let before = try await client.ask(ControlRequest(command: "events", limit: 1), for: [EventView].self).last?.number ?? 0
        let drill = try Drill(cluster: cluster, fault: fault, clients: clients, afterwards: seconds)
        var report = try await withCheckedThrowingContinuation { continuation in
            // Blocking clients belong on threads of their own.
            Thread.detachNewThread { continuation.resume(with: Result { try drill.run() }) }
        }
        let events = try await client.ask(ControlRequest(command: "events", limit: 100), for: [EventView].self).filter { $0.number > before }
        report.phases = events.last { $0.kind == "failover_finished" }?.phases?.map { DrillReport.Phase(name: $0.name, ms: $0.ms) } ?? []
        // Writes that stay away because the engine refuses to promote anybody are rightly blocked.
        let refusal = events.last { $0.kind == "failover_blocked" }
        if refusal != nil, report.time_to_first_write_ms == nil, report.lost_acknowledged_writes ?? 0 == 0 { report.verdict = .blocked }
        try show(report, json: json, table: summary)
        if let refusal, report.verdict == .blocked, !json { print("Nobody was promoted: \(refusal.message)") }
        if report.verdict == .failed { throw ExitCode.failure }
    }

    private func summary(_ report: DrillReport) -> String {
        let width = report.phases.map(\.name.count).max() ?? 0
        let phases = report.phases.map { phase in
            "  \(phase.name.padding(toLength: width, withPad: " ", startingAt: 0))  \(String(format: "%8.1f", phase.ms)) ms\n"
        }.joined()
        let states = report.errors_by_sqlstate.sorted { $0.key < $1.key }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
        return """
            The failover, phase by phase:
            \(phases)
            What \(clients) writing and \(clients) idle clients saw:
              first write on the new primary  \(report.time_to_first_write_ms.map { String(format: "%8.1f ms", $0) } ?? "never")
              longest stall                   \(String(format: "%8.1f ms", report.longest_stall_ms))
              errors                          \(report.errors)\(states.isEmpty ? "" : " (\(states))")
              lost connections                \(report.lost_connections)
              acknowledged writes             \(report.acknowledged_writes)
              of these missing afterwards     \(report.lost_acknowledged_writes.map(String.init) ?? "unknown: there is no single primary to ask")
              verdict                         \(report.verdict.rawValue)

            """
    }
}
