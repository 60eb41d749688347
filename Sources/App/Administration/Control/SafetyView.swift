internal import ClusterModel
package import Coordination
package import Failover

/// `understudy safety`: which losses the cluster stands, from live state.
package struct SafetyView: Codable, Sendable {
    /// The node that takes writes; nil while they are held, and the table is empty.
    package var primary: String?
    package var writes_held: String
    package var maintenance: Bool
    /// What commits wait for, in a sentence.
    package var commits: String
    /// What was acknowledged and would be gone with the primary, at most; nil where that is not known.
    package var exposure_bytes: UInt64?
    package var exposure_s: Double?
    package var losses: [LossView]

    /// One row of the table.
    package struct LossView: Codable, Sendable {
        package var lost: [String]
        /// `go_on`, `wait`, `fail_over` or `stop`.
        package var writes: String
        /// Whether writes go on without anybody's doing.
        package var automatic: Bool
        package var fails_over_to: String?
        package var reason: String
        package var exposure_bytes: UInt64?
        package var exposure_s: Double?
    }
}

extension SafetyView {
    package init(_ snapshot: ClusterSnapshot, _ safety: WhatIf, _ set: SynchronousSet) {
        func name(_ id: NodeID) -> String { snapshot.nodes.first { $0.node.id == id }?.node.name ?? "node \(id)" }
        let alone = snapshot.primary.flatMap { primary in safety.rows.first { $0.lost == [primary] } }
        self.init(primary: snapshot.primaryName, writes_held: snapshot.gateReason, maintenance: snapshot.isInMaintenance,
                  commits: set.required == 0 ? "commits wait for no standby" : "each commit waits for \(set.required) of \(set.members.sorted().map(name).joined(separator: ", "))",
                  exposure_bytes: set.required == 0 ? alone?.exposure?.bytes : 0, exposure_s: set.required == 0 ? alone?.exposure?.time.map { $0 / .seconds(1) } : 0,
                  losses: safety.rows.map { row in
            var view = LossView(lost: row.lost.map(name), writes: "go_on", automatic: true, fails_over_to: nil, reason: "", exposure_bytes: row.exposure?.bytes,
                                exposure_s: row.exposure?.time.map { $0 / .seconds(1) })
            switch row.writes {
            case .goOn: break
            case .wait(let reason): (view.writes, view.automatic, view.reason) = ("wait", false, reason)
            case .failOver(let candidate): (view.writes, view.fails_over_to) = ("fail_over", name(candidate))
            case .stop(let reason): (view.writes, view.automatic, view.reason) = ("stop", false, reason)
            }
            return view
        })
    }

    /// For people.
    package var text: String {
        guard let primary else { return "writes are held: \(writes_held)\n" }
        var lines = "\(primary) is the primary; \(commits)\n"
        if maintenance { lines += "maintenance is on: nothing is done automatically\n" }
        lines += exposure_bytes.map { bytes in
            bytes == 0 ? "no acknowledged write would be lost with it now\n" : "with it, up to \(bytes) bytes\(exposure_s.map { " (\(Self.seconds($0)))" } ?? "") of acknowledged writes would be lost now\n"
        } ?? "what would be lost with it is not known\n"
        return lines + "\n" + Table(columns: ["lost", "writes", "by itself", "exposure", "why"], rows: losses.map { loss in
            [loss.lost.joined(separator: " + "), loss.fails_over_to.map { "fail over to \($0)" } ?? loss.writes.replacing("_", with: " "), loss.automatic ? "yes" : "no",
             loss.exposure_bytes.map { "\($0) bytes\(loss.exposure_s.map { ", \(Self.seconds($0))" } ?? "")" } ?? "", loss.reason]
        }).text
    }

    private static func seconds(_ seconds: Double) -> String { "\((seconds * 1000).rounded() / 1000) s" }
}
