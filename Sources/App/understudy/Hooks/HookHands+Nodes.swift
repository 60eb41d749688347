internal import ClusterModel
internal import Failover
internal import Hooks
internal import NodeControl

/// The methods of a node but `sql` and `run`.
extension HookHands {
    private static let promotionWait = Duration.seconds(60)
    private static let serverWait = Duration.seconds(60)

    func read(_ call: HostCall) async throws -> HookValue {
        let node = try call.at(), hands = nodes.hands(of: node), arguments = call.arguments
        switch call.operation {
        case .isRunning: return .boolean(try await hands.isRunning())
        case .inRecovery: return .boolean(try await hands.isInRecovery())
        case .ping: return .boolean(await hands.answers())
        case .timelineNow: return HookValue(try await look(at: node).timeline.number)
        case .lsnNow: return HookValue(try await look(at: node).walEnd.bytes)
        case .lagNow: return try await lag(of: node)
        case .replicatesTo:
            let other = nodes.name(of: try Self.node(arguments, "other"))
            return .boolean(try await look(at: node).streams.contains { $0.applicationName == other && $0.state == "streaming" })
        case .controlData: return .map(try await nodes.host(of: node).controlData().mapValues(HookValue.text))
        case .diskFree: return .integer(try await nodes.host(of: node).freeBytes())
        case .canRewindFrom: return .boolean(try await nodes.host(of: node).canRewind(from: try await source(arguments)))
        case .readFile: return .text(try await nodes.host(of: node).read(arguments.text("path")))
        case let other: preconditionFailure("\(other.rawValue) is no read")
        }
    }

    func control(_ call: HostCall, _ epoch: Epoch) async throws -> HookValue {
        let node = try call.at(), hands = nodes.hands(of: node), arguments = call.arguments
        switch call.operation {
        case .promote: try await hands.promote(in: epoch, within: arguments.duration("wait") ?? Self.promotionWait)
        case .reload: try await hands.reload(in: epoch)
        case .checkpoint: try await hands.checkpoint(in: epoch)
        case .set:
            let name = arguments.text("name"), value = arguments["value"].text
            if try await hands.isRunning() { try await hands.set(name, value, in: epoch) } else { try await nodes.host(of: node).set(in: epoch, name, value) }
        case .ensureSlot:
            try await hands.ensureSlot(arguments.text("name"), in: epoch)
            return arguments["name"]
        case .dropSlot: try await hands.dropSlot(arguments.text("name"), in: epoch)
        case let other: preconditionFailure("\(other.rawValue) is not done over SQL")
        }
        return .none
    }

    func startOrStop(_ call: HostCall, _ epoch: Epoch) async throws -> HookValue {
        let host = nodes.host(of: try call.at()), wait = call.arguments.duration("wait") ?? Self.serverWait
        let word = call.arguments["mode"].text ?? NodeHost.StopMode.fast.rawValue
        guard let mode = NodeHost.StopMode(rawValue: word) else { throw HostCallFailure(.code, "\(call.operation.rawValue): mode: expected smart, fast or immediate; got \"\(word)\"") }
        if call.operation != .start { try await host.stop(in: epoch, mode: mode, wait: wait) }
        if call.operation != .stop { try await host.start(in: epoch, wait: wait) }
        return .none
    }

    func copy(_ call: HostCall, _ context: EffectContext) async throws -> HookValue {
        let host = nodes.host(of: try call.at()), arguments = call.arguments, source = try await source(arguments)
        if call.operation == .rewindFrom {
            try await host.rewind(in: context.epoch, from: source, timeout: arguments.duration("timeout") ?? .seconds(3600), line: lines(of: call, context))
        } else {
            let checkpoint = arguments["checkpoint"].text ?? "fast"
            guard ["fast", "spread"].contains(checkpoint) else { throw HostCallFailure(.code, "node:basebackup_from: checkpoint: expected fast or spread; got \"\(checkpoint)\"") }
            try await host.baseBackup(in: context.epoch, from: source, slot: arguments["slot"].text, maxRate: arguments["max_rate"].integer ?? 0, isFast: checkpoint == "fast",
                                      timeout: arguments.duration("timeout") ?? .seconds(43_200), line: lines(of: call, context))
        }
        return .none
    }

    func files(_ call: HostCall, _ epoch: Epoch) async throws -> HookValue {
        let host = nodes.host(of: try call.at()), path = call.arguments.text("path")
        switch call.operation {
        case .moveAside: try await host.moveAside(in: epoch)
        case .restoreAside: try await host.restoreAside(in: epoch)
        case .forgetAside: try await host.forgetAside(in: epoch)
        case .writeFile: try await host.write(in: epoch, path, call.arguments.text("text"), mode: Int(clamping: call.arguments["mode"].integer ?? 0o600))
        case .touch: try await host.touch(in: epoch, path)
        case .includeConf: try await host.include(in: epoch, path)
        case let other: preconditionFailure("\(other.rawValue) is not done to files")
        }
        return .none
    }

    private func look(at node: NodeID) async throws(HostCallFailure) -> NodeObservation {
        switch await nodes.observe(node) {
        case .success(let seen): return seen
        case .failure(let silence): throw HostCallFailure(.environment, "\(nodes.name(of: node)) \(silence.reason)")
        }
    }

    /// Behind the node that is a primary now; nil where none answers.
    private func lag(of node: NodeID) async throws -> HookValue {
        let own = try await look(at: node)
        for other in nodes.all where other != node {
            if case .success(let seen) = await nodes.observe(other), seen.role == .primary { return HookValue(seen.walEnd.bytesAhead(of: own.walEnd)) }
        }
        return own.role == .primary ? 0 : .none
    }

    private func source(_ arguments: HostArguments) async throws -> NodeHost.Source {
        let node = try Self.node(arguments, "source")
        return nodes.source(node, version: try await look(at: node).serverVersion)
    }

    private static func node(_ arguments: HostArguments, _ name: String) throws(HostCallFailure) -> NodeID {
        guard let number = arguments[name].integer else { throw HostCallFailure(.code, "the argument \(name) is no node") }
        return NodeID(Int(clamping: number))
    }
}
