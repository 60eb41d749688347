import Foundation
import Testing
@testable import Playground

@Suite("DrillHistory")
struct DrillHistoryTests {
    /// Writes every 10 ms on server 1 until the fault at 1000 ms, on server 2 from `back` to 2000 ms.
    private func history(back: Double?) -> DrillHistory {
        var history = DrillHistory(began: 0, ended: 2000, faultAt: 1000, firstServer: 1)
        var id = 0
        for at in stride(from: 10.0, through: 1000, by: 10) {
            id += 1
            history.acknowledgements.append(.init(id: id, at: at, server: 1))
        }
        guard let back else { return history }
        for at in stride(from: back, through: 2000, by: 10) {
            id += 1
            history.acknowledgements.append(.init(id: id, at: at, server: 2))
        }
        return history
    }

    private func all(_ history: DrillHistory) -> Set<Int> { Set(history.acknowledgements.map(\.id)) }

    @Test("The first write on another server ends the outage; the longest gap between acknowledgements is the stall")
    func recovered() {
        let history = history(back: 1180)
        let report = history.report(stored: all(history), hasPrimary: true)
        #expect(report.time_to_first_write_ms == 180)
        #expect(report.longest_stall_ms == 180)
        #expect(report.verdict == .recovered)
        #expect(report.lost_acknowledged_writes == 0)
    }

    @Test("An acknowledged write that is not in the table is a failure, whatever else went well")
    func lost() {
        let history = history(back: 1180)
        let report = history.report(stored: all(history).subtracting([3, 4]), hasPrimary: true)
        #expect(report.lost_acknowledged_writes == 2)
        #expect(report.verdict == .failed)
    }

    @Test("Rows that nobody was told of are no loss")
    func unknown() {
        let history = history(back: 1100)
        #expect(history.report(stored: all(history).union([9999]), hasPrimary: true).verdict == .recovered)
    }

    @Test("Writes that stay away are blocked when no node is writable, and a failure when one is")
    func away() {
        let history = history(back: nil)
        #expect(history.report(stored: nil, hasPrimary: false).verdict == .blocked)
        #expect(history.report(stored: all(history), hasPrimary: true).verdict == .failed)
        #expect(history.report(stored: nil, hasPrimary: false).time_to_first_write_ms == nil)
    }

    @Test("Writes that went on all the time are uninterrupted")
    func uninterrupted() {
        var history = history(back: nil)
        for at in stride(from: 1010.0, through: 2900, by: 10) { history.acknowledgements.append(.init(id: 1000 + Int(at), at: at, server: 1)) }
        history.ended = 2900
        let report = history.report(stored: all(history), hasPrimary: true)
        #expect(report.verdict == .uninterrupted)
        #expect(report.time_to_first_write_ms == 0)
    }

    @Test("Errors are counted by SQLSTATE, lost connections in all and for idle clients; every key is in the JSON, also a null")
    func counts() throws {
        var history = history(back: nil)
        history.errors = ["08007", "40001", "08007"]
        history.lostConnections = 2
        history.lostIdleConnections = 1
        let report = history.report(stored: nil, hasPrimary: false)
        #expect(report.errors == 3)
        #expect(report.errors_by_sqlstate == ["08007": 2, "40001": 1])
        #expect(report.lost_connections == 3)
        let object = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
        for key in ["time_to_first_write_ms", "longest_stall_ms", "errors", "lost_connections", "acknowledged_writes", "lost_acknowledged_writes", "verdict", "phases"] {
            #expect(object[key] != nil, "\(key)")
        }
    }
}
