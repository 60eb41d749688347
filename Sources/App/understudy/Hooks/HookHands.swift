internal import ClusterModel
internal import Coordination
internal import Hooks
internal import NodeConnections
internal import NodeControl

/// What hooks can have done, over the nodes' hands. Each effect checks the epoch it was decided in.
struct HookHands: HookHost {
    let nodes: NodeSet
    /// Whose epoch every effect checks.
    let coordinator: CoordinatorReference
    let log: HookLog
    let actions: EngineActions
    /// Of one program's output, in the log.
    let mostLines: Int

    func check(_ epoch: Epoch) async throws(HostCallFailure) {
        do { try await coordinator.check(epoch) } catch { throw HostCallFailure(.leadership, error.description) }
    }

    func objection(to operation: HostOperation, on node: NodeID) async -> String? {
        switch operation {
        case .promote: return await coordinator.value?.objection(toPromoting: node)
        case .start, .restart: return await coordinator.value?.objection(toStarting: node)
        case .sql, .isRunning, .inRecovery, .ping, .lagBytes, .timeline, .lsn, .controlData, .diskFree, .replicatesTo, .canRewindFrom, .readFile, .stop, .reload, .checkpoint, .set,
             .ensureSlot, .dropSlot, .rewindFrom, .baseBackupFrom, .moveAside, .restoreAside, .forgetAside, .writeFile, .touch, .includeConf, .runOnNode, .run, .cluster,
             .pauseClients, .resumeClients, .reloadConfiguration, .alert: return nil
        }
    }

    func perform(_ call: HostCall, in context: EffectContext, line: (@Sendable (String) -> Void)?) async throws(HostCallFailure) -> HookValue {
        let name = call.node.map { nodes.name(of: $0) + " " } ?? ""
        do { return try await attempt(call, context, line) } catch let failure as HostCallFailure {
            throw failure
        } catch let refused as EffectRefused {
            throw HostCallFailure(.leadership, refused.description)
        } catch let failure as ProgramFailure {
            throw HostCallFailure(.environment, name.isEmpty ? failure.description : "\(call.operation.rawValue) on \(name.dropLast()): \(failure)")
        } catch is CancellationError {
            throw HostCallFailure(.budget, "the event's time is over")
        } catch {
            // A node's failures follow its name in a sentence.
            throw HostCallFailure(.environment, "\(name)\(error)")
        }
    }

    private func attempt(_ call: HostCall, _ context: EffectContext, _ line: (@Sendable (String) -> Void)?) async throws -> HookValue {
        switch call.operation {
        case .sql: return try await sql(call, context.epoch)
        case .isRunning, .inRecovery, .ping, .lagNow, .timelineNow, .lsnNow, .controlData, .diskFree, .replicatesTo, .canRewindFrom, .readFile: return try await read(call)
        case .promote, .reload, .checkpoint, .set, .ensureSlot, .dropSlot: return try await control(call, context.epoch)
        case .start, .stop, .restart: return try await startOrStop(call, context.epoch)
        case .rewindFrom, .baseBackupFrom: return try await copy(call, context)
        case .moveAside, .restoreAside, .forgetAside, .writeFile, .touch, .includeConf: return try await files(call, context.epoch)
        case .run, .runOnNode: return try await run(call, context, line)
        case .cluster, .pauseClients, .resumeClients, .reloadConfiguration, .attach, .detach, .quarantine, .unquarantine, .makePrimary, .alert: return try await actions.perform(call, context)
        }
    }

    /// Lines of a program's output, as the hook's.
    func lines(of call: HostCall, _ context: EffectContext) -> @Sendable (String) -> Void {
        let (log, operation, lines) = (log, call.operation.rawValue, LineCount(limit: mostLines))
        return { text in
            guard let line = lines.admit(text) else { return }
            log(HookLogLine(.info, "\(operation): \(line)", event: context.event, hook: context.hook, place: context.place))
        }
    }
}
