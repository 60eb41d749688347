import ClusterModel

/// How WAL gets from one server to the next.
extension Server {
    private static let retryInterval = 200_000...500_000

    // MARK: The receiving side

    /// Begins to stream, if there is somebody to stream from; otherwise tries again later.
    func connect() {
        guard process == .running, isStandby, !isFrozen, !isPromoting, receiver == nil, !isReplaying, let source else { return }
        let other = world.servers[source.number]
        guard other !== self, other.process == .running, !other.isFrozen, !world.isCut(id, source), isContained(in: other) else { return retry() }
        let mine = incarnation, theirs = other.incarnation
        world.receivers += 1
        let number = world.receivers
        receiver = Receiver(number: number, source: source)
        world.after(world.latency()) { [self] in
            guard incarnation == mine, receiver?.number == number else { return }
            guard other.incarnation == theirs, isContained(in: other) else { return sourceIsGone(number) }
            hasStreamed = true
            world.note("\(self) streams from \(other) at \(wal.count)")
            other.handle { [self] in
                other.senders[id.number] = Sender(number: number, sent: wal.count, flushed: wal.count, lastArrival: world.now)
                other.feed(id)
                other.release()
            }
        }
    }

    private func retry() {
        guard !isRetryPending else { return }
        isRetryPending = true
        let mine = incarnation
        world.after(world.random(Self.retryInterval)) { [self] in
            guard incarnation == mine else { return }
            isRetryPending = false
            connect()
        }
    }

    /// Records come from `other`. They wait in front of a frozen process.
    private func arrive(_ records: [Record], at start: Int, from other: Server, number: Int) {
        handle { [self] in
            guard receiver?.number == number, start == wal.count else { return }
            wal += records
            world.check.flushed(self, from: other)
            replay()
            feedAll()
            let position = wal.count
            world.after(world.latency()) { [self] in
                world.pass(id.number, other.id.number) { [self] in other.confirm(id, number, position) }
            }
        }
    }

    /// The other end closed the connection.
    func sourceIsGone(_ number: Int) {
        guard receiver?.number == number else { return }
        receiver = nil
        retry()
    }

    /// Ends the receiver; what was on its way to it is lost.
    func dropReceiver() {
        guard let receiver else { return }
        self.receiver = nil
        let other = world.servers[receiver.source.number]
        world.after(world.latency()) { [self] in
            other.handle { [self] in if other.senders[id.number]?.number == receiver.number { other.senders[id.number] = nil } }
        }
    }

    /// pg_reload_conf: the startup process looks at it when it waits for WAL, and at no other time.
    func reload() {
        let mine = incarnation
        world.after(world.random(500...8000)) { [self] in
            guard incarnation == mine else { return }
            handle { [self] in
                isReloadPending = true
                if !isReplaying { replay() }
            }
        }
    }

    func adoptSource() {
        isReloadPending = false
        let next = sealedIn == nil ? following : nil
        guard source != next else { return }
        source = next
        dropReceiver()
    }

    // MARK: The sending side

    func feedAll() { for node in world.servers { feed(node.id) } }

    func feed(_ standby: NodeID) {
        guard var sender = senders[standby.number], sender.sent < wal.count else { return }
        let start = sender.sent, records = Array(wal[start...])
        sender.sent = wal.count
        let number = sender.number, other = world.servers[standby.number]
        sender.lastArrival = max(sender.lastArrival, world.now + world.latency(to: other))
        senders[standby.number] = sender
        world.at(sender.lastArrival) { [self] in
            world.pass(id.number, standby.number) { [self] in other.arrive(records, at: start, from: self, number: number) }
        }
    }

    private func confirm(_ standby: NodeID, _ number: Int, _ position: Int) {
        handle { [self] in
            guard let sender = senders[standby.number], sender.number == number, sender.flushed < position else { return }
            senders[standby.number]?.flushed = position
            release()
        }
    }

    /// Answers the commits that are confirmed by now.
    func release() {
        guard !waiting.isEmpty else { return }
        let confirmed = waiting.filter { isConfirmed($0.position) }
        waiting.removeAll { isConfirmed($0.position) }
        for commit in confirmed { commit.answer(.done(isSynchronous: true)) }
    }

    func isConfirmed(_ position: Int) -> Bool { synchronous.isConfirmed(position) { senders[$0.number]?.flushed } }
}
