import ClusterModel
import Failover

/// What a server answers to those who connect.
extension Server {
    /// In the simulator's WAL every record is this long.
    static let recordBytes: UInt64 = 100
    static let systemIdentifier = SystemIdentifier(7001)

    /// Writes and commits; answered when the standbys that the setting asks for have confirmed it.
    func commit(_ write: Int, _ answer: @escaping (CommitAnswer) -> Void) {
        guard !isStandby else { return answer(.readOnly) }
        append(write)
        if synchronous.count == 0 { return answer(.done(isSynchronous: false)) }
        waiting.append(Waiting(position: wal.count, answer: answer))
        release()
    }

    /// Polls until a promotion is done, for as long as the process lives.
    func whenWritable(_ done: @escaping () -> Void) {
        if isWritable { return done() }
        let mine = incarnation
        world.after(5000) { [self] in
            guard incarnation == mine else { return }
            handle { [self] in whenWritable(done) }
        }
    }

    /// Points primary_conninfo nowhere, and waits until no receiver is left and all that was received is known. The startup process reads
    /// its configuration in its own time, so one look that finds no receiver is not enough.
    func seal(in epoch: Epoch, looks: Int = 60, wasGone: Bool = false, _ done: @escaping (Seal) -> Void) {
        guard isStandby else { return done(.pending(reason: "is writable")) }
        if sealedIn == nil {
            sealedIn = epoch
            reload()
        }
        let isGone = receiver == nil && (hasStreamed || replayed == wal.count)
        if isGone && wasGone { return done(.sealed) }
        guard looks > 0 else { return done(.pending(reason: receiver == nil ? "still replays its WAL" : "still receives WAL")) }
        let mine = incarnation
        world.after(wasGone || isGone ? 10_000 : 3000) { [self] in
            guard incarnation == mine else { return }
            handle { [self] in seal(in: epoch, looks: looks - 1, wasGone: isGone, done) }
        }
    }

    func unseal() {
        guard sealedIn != nil else { return }
        sealedIn = nil
        reload()
    }

    /// What a probe sees. Before anything was streamed a standby knows only how far it has replayed.
    var observation: NodeObservation {
        let end = !isStandby || hasStreamed ? wal.count : replayed
        return NodeObservation(role: isStandby ? .standby : .primary, systemIdentifier: Self.systemIdentifier, timeline: Timeline(UInt32(timeline)),
                               walEnd: LogSequenceNumber(bytes: UInt64(end) * Self.recordBytes), serverVersion: 150_018,
                               synchronousStandbyNames: synchronous.setting, sealedIn: sealedIn)
    }
}
