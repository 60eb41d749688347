import ClusterModel
import Failover

/// Performs what the procedure orders, over a network and by hooks that may fail.
extension Daemon {
    private static let lookTimeout = 300_000, hookBudget = 400_000

    func beginFailover() {
        guard state.loss != nil, procedure == nil else { return }
        let procedure = FailoverProcedure(nodes: nodes)
        early = nil
        self.procedure = procedure
        perform(procedure.begin())
    }

    private func perform(_ action: FailoverProcedure.Action) {
        world.note("does \(action)")
        switch action {
        case .closeGate:
            after(world.random(100...1000)) {
                $0.closeGate()
                $0.go(on: .gateClosed)
            }
        case .seal: seal()
        case .observe: observe()
        case .unseal: unseal()
        case .choose(let candidates): ask { .chosen($0.world.scenario.isHookCapricious && $0.world.oneIn(2) ? candidates.reversed() : []) }
        case .approve:
            ask { daemon in
                guard daemon.world.scenario.isHookCapricious, !daemon.world.check.isHealed, daemon.world.oneIn(3) else { return .consented }
                return .vetoed(reason: "a hook says no", wantsNext: daemon.world.oneIn(2))
            }
        case .fence: ask { $0.world.scenario.isHookCapricious && !$0.world.check.isHealed && $0.world.oneIn(4) ? .notFenced(reason: "no answer") : .fenced }
        case .record(let command): decide(command) { $0.go(on: $1 ? .recorded : .refused(reason: "the log did not take it")) }
        case .prepare(let candidate): prepare(candidate)
        case .runHook(let candidate, _, let bundledOnly): runHook(candidate, isBundled: bundledOnly)
        case .verify(let candidate):
            ask(candidate, within: Self.lookTimeout) { server, answer in answer(server.observation) } then: { $0.go(on: .verified($1.answer)) }
        case .wait(let reason):
            explain(reason)
            after(FailoverProcedure.pause.microseconds) { $0.go(on: .retried) }
        case .finish:
            procedure = nil
            if state.openPrimary != nil { openGate() }
        }
    }

    private func go(on fact: FailoverProcedure.Fact) {
        guard var procedure else { return }
        let action = procedure.next(fact, world.mutation == .forgetSynchronousRule ? state.withoutSynchronousSet : state)
        self.procedure = procedure
        perform(action)
    }

    private func ask(_ hook: @escaping (Daemon) -> FailoverProcedure.Fact) {
        after(world.random(50...500)) { $0.go(on: hook($0)) }
    }

    // MARK: Looks and seals

    private func observe() {
        if let answers = early {
            early = nil
            return go(on: .answered(answers))
        }
        look { $0.go(on: .answered($1)) }
    }

    private func look(then done: @escaping (Daemon, [NodeID: Election.Answer]) -> Void) {
        ask(all: nodes.map(\.id), within: Self.lookTimeout) { server, answer in answer(server.observation) } then: { daemon, replies in
            done(daemon, replies.mapValues { daemon.mutated($0.answer) })
        }
    }

    private func seal() {
        guard world.mutation == .compareBeforeStopping else { return sealAll() }
        look { daemon, answers in
            daemon.early = answers
            daemon.sealAll()
        }
    }

    private func sealAll() {
        guard let loss = state.loss else { return }
        let others = nodes.map(\.id).filter { $0 != loss.primary }, epoch = state.epoch, mutation = world.mutation
        ask(all: others, within: Self.lookTimeout) { server, answer in
            switch mutation {
            case .skipSeal: answer(Seal.sealed)
            case .sealWithoutWaiting:
                answer(.sealed)
                server.seal(in: epoch) { _ in }
            default: server.seal(in: epoch) { answer($0) }
            }
        } then: { daemon, replies in
            var seals: [NodeID: Seal] = [:]
            for (node, reply) in replies {
                if case .answered(let seal) = reply { seals[node] = seal } else { seals[node] = .pending(reason: reply.silence) }
                if seals[node] == .sealed { daemon.world.check.tookForSealed(node) }
            }
            daemon.go(on: .sealed(seals))
        }
    }

    private func unseal() {
        guard let primary = state.openPrimary else { return go(on: .unsealed) }
        let others = nodes.map(\.id).filter { $0 != primary }, state = state
        ask(all: others, within: Self.lookTimeout) { server, answer in
            if let epoch = server.sealedIn, state.mayUnseal(sealedIn: epoch) { server.unseal() }
            answer(true)
        } then: { daemon, _ in daemon.go(on: .unsealed) }
    }

    private func mutated(_ answer: Election.Answer) -> Election.Answer {
        guard world.mutation == .ignoreAncestry, let timeline = state.timeline else { return answer }
        return answer.map { seen in
            var seen = seen
            if seen.role == .standby { seen.timeline = timeline }
            return seen
        }
    }

    private func prepare(_ candidate: NodeID) {
        let available = world.scenario.degrades ? Set(nodes.filter { world.servers[$0.id.number].process == .running }.map(\.name)) : nil
        ask(candidate, within: Self.lookTimeout) { server, answer in
            if let names = SynchronousStandbyNames(server.synchronous.setting), server.isStandby {
                server.synchronous = SynchronousNames(names.fitting(primary: "node\(candidate)", available: available))
            }
            answer(true)
        } then: { daemon, _ in daemon.go(on: .prepared) }
    }

    // MARK: The hook

    /// The `failover` event: a child process that asks the node to promote itself, under the epoch it was decided in.
    private func runHook(_ candidate: NodeID, isBundled: Bool) {
        let epoch = state.epoch, trouble = isBundled ? Scenario.HookTrouble() : world.scenario.hooks
        var isDone = false
        func end(_ daemon: Daemon, _ fact: FailoverProcedure.Fact) {
            guard !isDone else { return }
            isDone = true
            daemon.go(on: fact)
        }
        if world.oneIn(trouble.fails) { return after(world.random(1000...20_000)) { end($0, .hookFailed(reason: "failover.lua:3: boom")) } }
        let isLate = world.oneIn(trouble.outlivesItsBudget), losesResult = world.oneIn(trouble.losesResult)
        for _ in 0..<(world.oneIn(trouble.runsTwice) ? 2 : 1) {
            after(isLate ? world.random(Self.hookBudget...3 * Self.hookBudget) : world.random(500...5000)) { daemon in
                guard daemon.state.epoch == epoch || daemon.world.mutation == .forgetEpoch else { return }
                daemon.promote(candidate, epoch) { end($0, losesResult ? .hookFailed(reason: "its result is lost") : $1) }
            }
        }
        after(Self.hookBudget) { end($0, .hookFailed(reason: "its budget is over")) }
    }

    private func promote(_ candidate: NodeID, _ epoch: Epoch, then done: @escaping (Daemon, FailoverProcedure.Fact) -> Void) {
        world.check.promotionRequested(of: candidate, in: epoch)
        ask(candidate, within: Self.hookBudget) { server, answer in
            server.promote()
            server.whenWritable { answer(true) }
        } then: { daemon, reply in
            if case .answered = reply { done(daemon, .hookDone) } else { done(daemon, .hookFailed(reason: "node\(candidate) \(reply.silence)")) }
        }
    }
}

extension ClusterState {
    /// As if nobody had to confirm a commit.
    var withoutSynchronousSet: ClusterState {
        var state = self
        do { try state.apply(.setSynchronousSet(.none, epoch: epoch)) } catch { preconditionFailure("the present epoch is refused: \(error)") }
        return state
    }
}
