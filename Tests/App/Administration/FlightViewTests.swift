import ClusterModel
import Coordination
import Foundation
import Storage
import Testing
@testable import Administration

@Suite("FlightView")
struct FlightViewTests {
    private func line(_ number: Int, _ kind: String, at: Double, _ details: String) -> JournalEvent {
        JournalEvent(number: number, at: at, epoch: Epoch(2), kind: kind, node: NodeID(0), message: "\(kind) happened", details: details)
    }

    private func flight() throws -> FlightView {
        let evidence = #"{"found":"down: refuses connections; its log had reached 0/64","node":"node0"}"#, observed = #"{"found":"answers","lsn":"0/64","node":"node1","role":"standby","timeline":1}"#
        return try FlightView("ev-1", [
            line(7, "primary_lost", at: 100.1, #"{"event":"ev-1","evidence":[\#(evidence)]}"#),
            line(8, "promotion_decided", at: 100.12, #"{"event":"ev-1"}"#),
            line(9, "failover_finished", at: 100.2, #"{"clients":{"connected":4,"ended":0,"held":3,"told":1},"event":"ev-1","observed":[\#(observed)],"phases":[{"ms":100,"name":"detect"},{"ms":100,"name":"promote"}],"total_ms":200}"#),
        ], hooks: [HookRunView(event: "ev-1", name: "failover", attempt: 1, epoch: 2, began: 100.1, took_ms: 50, outcome: "done", message: nil)])
    }

    @Test("A procedure begins at the first trouble, and has its phases, evidence, positions, clients and runs of hooks")
    func parts() throws {
        let flight = try flight()
        #expect(flight.began == "1970-01-01T00:01:40.000Z")
        #expect(flight.total_ms == 200 && flight.message == "failover_finished happened")
        #expect(flight.evidence.map(\.found) == ["down: refuses connections; its log had reached 0/64"])
        #expect(flight.observed.map(\.lsn) == ["0/64"])
        #expect(flight.clients == ClientCounts(connected: 4, held: 3, told: 1, ended: 0))
        #expect(flight.events.map(\.number) == [7, 8, 9])
        #expect(abs(flight.hooks[0].at_ms - 100) < 0.001)
    }

    @Test("The picture has a bar for each phase and each run, where it was and as long as it took")
    func picture() throws {
        let lines = try flight().text.split(separator: "\n").filter { $0.contains("|") && $0.contains("█") }.map(String.init)
        let half = String(repeating: "█", count: 30), empty = String(repeating: " ", count: 30)
        #expect(lines[0].hasPrefix("detect ") && lines[0].hasSuffix("|\(half)\(empty)|"))
        #expect(lines[1].hasPrefix("promote ") && lines[1].hasSuffix("|\(empty)\(half)|"))
        #expect(lines[2].hasPrefix("hook failover ") && lines[2].contains("50.0 ms |\(empty)\(String(repeating: "█", count: 15))\(String(repeating: " ", count: 15))| done"))
    }

    @Test("One that is not over has no end and is drawn without phases")
    func unfinished() throws {
        let flight = try FlightView("ev-2", [line(1, "primary_lost", at: 5, #"{"event":"ev-2"}"#)], hooks: [])
        #expect(flight.total_ms == nil && flight.phases.isEmpty)
        #expect(flight.text.contains("not over"))
    }
}
