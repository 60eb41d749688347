internal import Administration
internal import ClusterModel
internal import Coordination
internal import Failover
internal import Foundation
internal import Hooks
internal import PostgresWire
internal import Reactor
internal import Sessions
internal import Synchronization

/// What hooks ask of the engine itself. The parts are set when they exist: hooks are loaded before the proxy is.
final class EngineActions: Sendable {
    /// The engine, as hooks reach it.
    struct Parts: Sendable {
        /// The cluster as it is now; nil while the daemon starts.
        let cluster: @Sendable () async -> HookCluster?
        /// Runs a statement of the administrator's; nil when it went well, else what is wrong.
        let command: @Sendable (String) async -> String?
        let reload: @Sendable (_ requestedBy: String) async throws -> Void
        /// Who takes orders about nodes; nil while the daemon starts.
        let coordinator: @Sendable () -> ClusterCoordinator?
        let alert: @Sendable (HookAlert) async -> Void
    }

    private let parts = Mutex<Parts?>(nil)
    private let log: HookLog
    private let waiter: DescriptorWaiter
    /// When the latest alerts were raised: a hook that raises one on each line of the journal is not to fill it.
    private let alerts = Mutex<[Monotonic]>([])
    private static let mostAlerts = (count: 60, within: Duration.seconds(60))
    /// Pauses under way, by database: the engine ends them, whatever becomes of the hook.
    private let pauses = Mutex<[String: Pause]>([:])

    private struct Pause {
        /// Whose it is.
        let event: String
        let end: Monotonic
    }

    private static let longestPause = Duration.seconds(300)
    private static let pauseLimit = Duration.seconds(30)

    init(waiter: DescriptorWaiter, log: @escaping HookLog) {
        self.waiter = waiter
        self.log = log
    }

    func set(_ parts: Parts) { self.parts.withLock { $0 = parts } }

    func perform(_ call: HostCall, _ context: EffectContext) async throws(HostCallFailure) -> HookValue {
        guard let parts = parts.withLock({ $0 }) else { throw HostCallFailure(.environment, "the daemon is starting") }
        switch call.operation {
        case .cluster:
            guard let cluster = await parts.cluster() else { throw HostCallFailure(.environment, "the daemon is starting") }
            return cluster.value
        case .pauseClients: try await pause(call.arguments, parts, context.event)
        case .resumeClients: try await resume(parts)
        case .reloadConfiguration:
            do { try await parts.reload("hook:\(context.hook)") } catch { throw HostCallFailure(.environment, "\(error)") }
        case .attach, .detach, .quarantine, .unquarantine, .makePrimary: try await order(call, context, parts)
        case .alert: try await alert(call, context, parts)
        case let other: preconditionFailure("\(other.rawValue) is no action of the engine's")
        }
        return .none
    }

    private func order(_ call: HostCall, _ context: EffectContext, _ parts: Parts) async throws(HostCallFailure) {
        guard let coordinator = parts.coordinator() else { throw HostCallFailure(.environment, "the daemon is starting") }
        guard let number = call.arguments["node"].integer else { throw HostCallFailure(.code, "\(call.operation.rawValue): which node?") }
        let node = NodeID(Int(clamping: number)), by = "hook:\(context.hook)", reason = call.arguments["reason"].text ?? ""
        do {
            switch call.operation {
            case .attach: _ = try await coordinator.attach(node, by: by)
            case .unquarantine: _ = try await coordinator.attach(node, .quarantined, by: by)
            case .detach: _ = try await coordinator.detach(node, Hold(.detached, by: by, reason: reason))
            case .quarantine:
                let end = call.arguments.duration("for").map { Date().timeIntervalSince1970 + $0 / .seconds(1) }
                _ = try await coordinator.detach(node, Hold(.quarantined, by: by, reason: reason, until: end))
            case .makePrimary: _ = try await coordinator.promote(node, by: by)
            default: preconditionFailure("\(call.operation.rawValue) is no order about a node")
            }
        } catch { throw HostCallFailure(.environment, "us.\(call.operation.rawValue): \(error)") }
    }

    private func pause(_ arguments: HostArguments, _ parts: Parts, _ event: String) async throws(HostCallFailure) {
        let limit = arguments.duration("limit") ?? Self.pauseLimit
        guard limit <= Self.longestPause else { throw HostCallFailure(.code, "us.engine.pause_clients: limit: at most \(Self.longestPause)") }
        let databases = arguments.strings("databases"), end = Monotonic.now() + limit
        for name in databases.isEmpty ? [""] : databases {
            pauses.withLock { $0[name] = Pause(event: event, end: end) }
            if let problem = await parts.command("PAUSE" + Self.suffix(name)) { throw HostCallFailure(.environment, "us.engine.pause_clients: \(problem)") }
        }
    }

    private func resume(_ parts: Parts) async throws(HostCallFailure) {
        for name in pauses.withLock({ Array($0.keys) }) { await end(name, parts) }
    }

    /// An event that is over holds nobody up.
    func endPauses(of event: String) async {
        guard let parts = parts.withLock({ $0 }) else { return }
        for (name, pause) in pauses.withLock({ $0 }) where pause.event == event { await end(name, parts) }
    }

    private func end(_ name: String, _ parts: Parts) async {
        guard pauses.withLock({ $0.removeValue(forKey: name) }) != nil else { return }
        if let problem = await parts.command("RESUME" + Self.suffix(name)) { log(HookLogLine(.warning, "clients that a hook paused: \(problem)")) }
    }

    private static func suffix(_ database: String) -> String { database.isEmpty ? "" : " \"\(database.replacing("\"", with: "\"\""))\"" }

    /// Ends pauses that have lasted their limit, until cancelled.
    func run() async {
        while !Task.isCancelled {
            await waiter.sleep(.milliseconds(200))
            guard let parts = parts.withLock({ $0 }) else { continue }
            for (name, pause) in pauses.withLock({ $0 }) where pause.end <= .now() {
                log(HookLogLine(.warning, "clients were paused by a hook for as long as it said: they go on"))
                await end(name, parts)
            }
        }
    }

    private func alert(_ call: HostCall, _ context: EffectContext, _ parts: Parts) async throws(HostCallFailure) {
        let isTaken = alerts.withLock { times in
            times.removeAll { $0 + Self.mostAlerts.within < .now() }
            guard times.count < Self.mostAlerts.count else { return false }
            times.append(.now())
            return true
        }
        guard isTaken else { throw HostCallFailure(.environment, "us.alert: there were \(Self.mostAlerts.count) alerts in a minute already") }
        await parts.alert(HookAlert(severity: call.arguments.text("severity"), title: call.arguments.text("title"), text: call.arguments.text("text"), node: call.node,
                                    event: context.event, hook: context.hook))
    }
}

/// What a hook said by `us.alert`.
struct HookAlert: Sendable {
    let severity: String
    let title: String
    let text: String
    let node: NodeID?
    let event: String
    let hook: String

    /// The JSON object beside its journal line.
    var details: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Texts always encode.
        do { return String(decoding: try encoder.encode(["event": event, "hook": hook, "severity": severity]), as: UTF8.self) } catch { preconditionFailure("\(error)") }
    }
}

extension AdminOffice {
    /// Runs a statement; what is wrong, or nil when it went well.
    func problem(with statement: String) async -> String? {
        if case .failed(let error) = await run(statement) { return error.message }
        return nil
    }
}
