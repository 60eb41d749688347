internal import Administration
internal import ArgumentParser
internal import ClusterModel
internal import Coordination
internal import Foundation
internal import Logging
internal import NodeConnections
internal import Pooling
internal import Probing
internal import Proxying
internal import Reactor
internal import Settings
internal import Storage

/// The composition root: makes every part from the settings, wires them, and runs them until a signal ends it.
struct Daemon {
    private let loaded: LoadedConfiguration
    private let settings: Settings
    private let logger: Logger
    /// What unknown users are answered from; no two processes have the same.
    private let seed = (0..<32).map { _ in UInt8.random(in: 0...255) }

    init(_ loaded: LoadedConfiguration) {
        self.loaded = loaded
        settings = loaded.settings
        StderrLog.level = Logger.Level(rawValue: settings[\.daemon.logLevel]) ?? .info
        logger = Logger(label: "understudy") { StderrLog(label: $0) }
    }

    func run() async throws {
        let limit = try ProcessLimits.raise(forFrontends: settings.frontendLimit, settings.frontendLimitName, poolSize: settings.poolRule.size)
        let store = try StateStore(directory: settings[\.daemon.stateDirectory])
        let waiter = try DescriptorWaiter()
        let resolver = HostResolver(refresh: settings[\.daemon.dnsRefresh])
        let nodes = settings.nodes.map(settings.node)
        let inbox = CoordinatorInbox(), journal = EventJournal(store: store)

        // The proxy, the hooks and the coordinator know each other only through these.
        let reference = CoordinatorReference()
        let nodeSet = NodeSet(settings, loaded.secrets, loaded.folder, nodes, waiter, resolver, reference)
        let probers = try ProberSet(settings, nodeSet, waiter)
        let actions = EngineActions(waiter: waiter) { [logger] in logger.hookLine($0) }
        let hooks = try await HookStage(settings, nodes, hands: nodeSet, actions: actions, store: store, journal: journal, coordinator: reference,
                                         waiter: waiter, logger: logger)
        let users = UserDirectory(settings, loaded.secrets, loaded.folder, nodes, waiter, resolver, reference)
        let desk = AdminDesk(settings, reference)
        let proxy = try makeProxy(nodes, resolver, desk.office, users) { fact in
            guard case .evidence(let node, _, let evidence) = fact else { return probers.note(fact) }
            inbox.post(node, evidence)
            probers.note(fact)
        }
        let hands = DaemonHands(proxy: proxy, nodes: nodeSet, hooks: hooks, probers: probers)
        let coordinator = ClusterCoordinator(nodes: nodes, hands: hands, log: SingleMemberLog(store: store), journal: journal, inbox: inbox, logger: logger,
                                             rules: settings.failoverRules)
        reference.set(coordinator)
        let seed = seed
        let reloader = ConfigurationReloader(loaded, logger, parts: [Self.logLevel, { fresh in
            let configuration = try fresh.settings.proxyConfiguration(fresh.authenticator(seed: seed), folder: fresh.folder)
            return {
                await proxy.reload(configuration)
                desk.take(fresh.settings)
            }
        }, hooks.reloading], afterwards: { view, requestedBy in await hooks.tellReload(applied: view.applied, needsRestart: view.needs_restart, by: requestedBy) })
        desk.open(proxy, reloader, hooks.metrics)
        actions.set(EngineActions.Parts(cluster: { await hooks.cluster()?.cluster }, command: { await desk.office.problem(with: $0) }, reload: { _ = try await reloader.reload(requestedBy: $0) },
                                        coordinator: { reference.value }, alert: hooks.alert))
        let control = try makeControl(coordinator, journal, proxy, reloader, desk.office, hooks, waiter)
        logger.notice("serving", metadata: ["version": "\(Version.text)", "port": "\(proxy.port ?? 0)", "nodes": "\(nodes.count)", "descriptors": "\(limit)"])
        ServiceManager.tell("READY=1")
        await hooks.tellStartup()

        let signals = SignalStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await coordinator.run() }
            group.addTask { await control.run() }
            group.addTask { await hooks.run() }
            group.addTask { await probers.run { inbox.post($0) } }
            group.addTask { await self.serveSignals(signals, desk, reloader) }
            group.addTask { await desk.keepAverages() }
            group.addTask { await self.serveShutdowns(desk.shutdowns, proxy, hooks) }
            // The first to end, by a signal or by a failure, ends the others.
            defer { group.cancelAll() }
            try await group.next()
            inbox.close()
        }
        logger.notice("stopped")
    }

    private static let logLevel: ConfigurationReloader.Part = { fresh in
        // Every word that the configuration takes is a level.
        let level = Logger.Level(rawValue: fresh.settings[\.daemon.logLevel]) ?? .info
        return { StderrLog.level = level }
    }

    private func makeProxy(_ nodes: [Node], _ resolver: HostResolver, _ responder: AdminOffice, _ users: UserDirectory,
                           _ facts: @escaping @Sendable (ProxyFact) -> Void) throws -> Proxy {
        let closed = Topology(epoch: .zero, gate: .closed(reason: "the daemon is starting"), nodes: nodes)
        let logger = logger
        return try Proxy(try settings.proxyConfiguration(loaded.authenticator(seed: seed), folder: loaded.folder), closed, resolver: resolver, facts: facts, admin: responder,
                         secrets: users) { entry in
            logger.log(level: Logger.Level(rawValue: entry.level.rawValue) ?? .info, "\(entry.message)")
        }
    }

    private func makeControl(_ coordinator: ClusterCoordinator, _ journal: EventJournal, _ proxy: Proxy, _ reloader: ConfigurationReloader,
                             _ office: AdminOffice, _ hooks: HookStage, _ waiter: DescriptorWaiter) throws -> ControlServer {
        let settings = settings, began = Date()
        let commands = ControlCommands(coordinator: coordinator, journal: journal, office: office, status: { snapshot in
            let count = await proxy.statistics()
            return StatusView(process: (Version.text, Int(getpid()), -began.timeIntervalSinceNow), cluster: settings[\.daemon.clusterName], snapshot: snapshot,
                              port: proxy.port ?? 0, counts: (count.frontends, count.held, count.backends.values.reduce(0, +)), alert: try await journal.latest(ofKind: "alert"))
        }, reload: { try await reloader.reload(requestedBy: $0) },
           hooks: HookOffice(stage: hooks, configuration: loaded.path, directory: settings[\.daemon.hookDirectory]))
        let path = settings[\.daemon.controlSocket]
        do {
            return try ControlServer(path: path, group: try settings.group(\.daemon.controlSocketGroup), waiter: waiter, logger: logger, respond: commands.respond)
        } catch let error as SocketError { throw StartFailure("control_socket \(path): \(error)") }
    }

    /// Returns when the service has ended as a signal or an administrator's SHUTDOWN ordered. A later order may hurry an earlier one, so
    /// orders are heard while one is carried out.
    private func serveShutdowns(_ orders: AsyncStream<ProxyStopMode>, _ proxy: Proxy, _ hooks: HookStage) async {
        await withTaskGroup(of: ProxyStopMode?.self) { group in
            func hearNext() { group.addTask { await orders.first { _ in true } } }
            var isFirst = true
            hearNext()
            // A stop that is done answers nothing, and so does the end of the stream.
            while let order = await group.next(), let mode = order {
                logger.notice("stopping: \(Self.words(mode))")
                ServiceManager.tell("STOPPING=1")
                let told = isFirst ? hooks : nil
                isFirst = false
                group.addTask { await stop(proxy, mode, told, Self.words(mode)); return nil }
                hearNext()
            }
            group.cancelAll()
        }
    }

    private static func words(_ mode: ProxyStopMode) -> String {
        switch mode {
        case .patient: "when the last client has left"
        case .smart: "sessions end after their transaction"
        case .fast: "sessions end now"
        }
    }

    /// Returns at SIGQUIT, which lets nobody end anything.
    private func serveSignals(_ signals: SignalStream, _ desk: AdminDesk, _ reloader: ConfigurationReloader) async {
        for await signal in signals.stream {
            switch signal {
            case SIGHUP: await reloader.reloadAndLog(requestedBy: "SIGHUP")
            case SIGTERM: desk.shutDown(.smart)
            case SIGINT: desk.shutDown(.fast)
            default: return
            }
        }
    }

    /// Ends the service, and tells the hooks meanwhile: only the end of the process waits for them.
    private func stop(_ proxy: Proxy, _ mode: ProxyStopMode, _ hooks: HookStage?, _ reason: String) async {
        async let told: Void? = hooks?.tellShutdown(reason)
        await proxy.stop(mode)
        _ = await told
    }
}

/// Why the daemon cannot start, in a sentence.
struct StartFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
