import Foundation
import Testing
@testable import Playground

@Suite("A drill's arithmetic")
struct DrillHistoryTests {
    /// Writes 1, 2, … at these milliseconds: until the fault by "old", from then on by `server`.
    private func history(_ times: [Double], faultAt: Double, ended: Double, server: String = "new", canRecover: Bool = true) -> DrillHistory {
        var history = DrillHistory(began: 0, ended: ended, faultAt: faultAt, firstServer: "old", canRecover: canRecover)
        history.acknowledgements = times.enumerated().map { .init(id: $0 + 1, at: $1, server: $1 < faultAt ? "old" : server) }
        return history
    }

    @Test("Writes that go on elsewhere are a recovery, timed from the injection")
    func recovered() {
        let report = history([10, 20, 30, 180, 190], faultAt: 35, ended: 200).report(stored: [1, 2, 3, 4, 5])
        #expect(report.verdict == .recovered)
        #expect(report.time_to_first_write_ms == 145)
        #expect(report.longest_stall_ms == 150)
        #expect(report.acknowledged_writes == 5)
        #expect(report.lost_acknowledged_writes == 0)
    }

    @Test("An answer of the old server that comes in after the fault is not the first write of the new epoch")
    func lateAnswer() {
        var history = history([10, 20, 90], faultAt: 30, ended: 100)
        history.acknowledgements.insert(.init(id: 9, at: 31, server: "old"), at: 2)
        #expect(history.report(stored: [1, 2, 3, 9]).time_to_first_write_ms == 60)
    }

    @Test("The old server started again is another server")
    func restarted() {
        #expect(history([10, 90], faultAt: 30, ended: 100, server: "old, restarted").report(stored: [1, 2]).verdict == .recovered)
    }

    @Test("One acknowledged write that is gone fails the drill, however fast it was")
    func lost() {
        let report = history([10, 20, 50], faultAt: 30, ended: 100).report(stored: [1, 3])
        #expect(report.verdict == .failed)
        #expect(report.lost_acknowledged_writes == 1)
    }

    @Test("A write in the table that nobody was promised is no loss")
    func unpromised() {
        #expect(history([10, 50], faultAt: 30, ended: 100).report(stored: [1, 2, 99]).verdict == .recovered)
    }

    @Test("Writes that never stopped took no time to come back")
    func uninterrupted() {
        let report = history([10, 20, 1040], faultAt: 30, ended: 1050, server: "old").report(stored: [1, 2, 3])
        #expect(report.verdict == .uninterrupted)
        #expect(report.time_to_first_write_ms == 0)
    }

    @Test("No write after the fault: blocked where nobody could take over, failed where somebody could", arguments: [(false, DrillReport.Verdict.blocked), (true, .failed)])
    func stopped(_ canRecover: Bool, _ verdict: DrillReport.Verdict) {
        let report = history([10, 20], faultAt: 30, ended: 5000, canRecover: canRecover).report(stored: nil)
        #expect(report.verdict == verdict)
        #expect(report.time_to_first_write_ms == nil)
        #expect(report.longest_stall_ms == 4980)
    }

    @Test("Writes answered while no single node says it is the primary fail the drill, and what is lost is not known")
    func noSinglePrimary() {
        let report = history([10, 20, 90], faultAt: 30, ended: 100).report(stored: nil)
        #expect(report.verdict == .failed)
        #expect(report.lost_acknowledged_writes == nil)
    }

    @Test("Errors are counted, in all and by SQLSTATE; idle clients' lost connections are among the lost ones")
    func counts() {
        var history = history([10, 50], faultAt: 30, ended: 100)
        history.errors = ["08007", "40001", "08007"]
        history.lostConnections = 2
        history.lostIdleConnections = 1
        let report = history.report(stored: [1, 2])
        #expect(report.errors == 3)
        #expect(report.errors_by_sqlstate == ["08007": 2, "40001": 1])
        #expect(report.lost_connections == 3)
        #expect(report.lost_idle_connections == 1)
    }

    @Test("The JSON has every promised key, null where there is no figure")
    func json() throws {
        let report = history([10], faultAt: 30, ended: 5000, canRecover: false).report(stored: nil)
        let object = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
        let promised = ["time_to_first_write_ms", "longest_stall_ms", "errors", "lost_connections", "acknowledged_writes", "lost_acknowledged_writes", "verdict", "phases"]
        for key in promised { #expect(object[key] != nil, "\(key)") }
        #expect(object["time_to_first_write_ms"] is NSNull)
        #expect(object["verdict"] as? String == "blocked")
    }
}
