internal import Administration
internal import Coordination
internal import Foundation
internal import Hooks
internal import PostgresWire
internal import Proxying
internal import Reactor
internal import Settings
internal import Synchronization

/// What administrators' statements are answered from: the proxy, the coordinator and the settings, for an office that must
/// exist before them.
final class AdminDesk: AdminHands {
    private struct State {
        var settings: Settings
        var proxy: Proxy?
        var reloader: ConfigurationReloader?
        var hookMetrics: HookMetrics?
        var averages: TrafficAverages
    }

    private let state: Mutex<State>
    private let coordinator: CoordinatorReference
    private let began = Date()
    /// What SHUTDOWN and signals ask for.
    let shutdowns: AsyncStream<ProxyStopMode>
    private let requests: AsyncStream<ProxyStopMode>.Continuation

    /// Between two looks at what PAUSE and WAIT_CLOSE wait for.
    private static let impatience = Duration.milliseconds(20)

    init(_ settings: Settings, _ coordinator: CoordinatorReference) {
        self.coordinator = coordinator
        state = Mutex(State(settings: settings, averages: TrafficAverages(at: Self.uptime())))
        (shutdowns, requests) = AsyncStream.makeStream(of: ProxyStopMode.self, bufferingPolicy: .bufferingOldest(16))
    }

    /// Who answers.
    var office: AdminOffice {
        AdminOffice(version: Version.text, rights: { AdminOffice.Rights(self.settings) }, hands: self) { await self.facts($0) }
    }

    private var settings: Settings { state.withLock { $0.settings } }
    private var proxy: Proxy? { state.withLock { $0.proxy } }

    /// From now on there is something to tell.
    func open(_ proxy: Proxy, _ reloader: ConfigurationReloader, _ hookMetrics: HookMetrics) {
        state.withLock { state in
            state.hookMetrics = hookMetrics
            state.proxy = proxy
            state.reloader = reloader
        }
    }

    /// The configuration was reloaded.
    func take(_ settings: Settings) { state.withLock { $0.settings = settings } }

    // MARK: Facts

    private func facts(_ parts: ProxyReport.Parts) async -> AdminFacts? {
        let known = state.withLock { $0 }
        guard let proxy = known.proxy, let coordinator = coordinator.value else { return nil }
        let rules = AdminFacts.Rules(general: known.settings.poolRule, overrides: known.settings.poolOverrides, mostFrontends: known.settings.mostSessions)
        let process = AdminFacts.Process(version: Version.text, pid: Int(getpid()), startedAt: began, residentBytes: Self.residentBytes())
        return AdminFacts(report: await proxy.report(parts), averages: known.averages, settings: known.settings, rules: rules,
                          cluster: await coordinator.snapshot(), process: process, hookMetrics: known.hookMetrics?.all.map(HookMetricView.init) ?? [], now: Date())
    }

    /// The second number of statm(5) counts resident pages.
    private static func residentBytes() -> Int? {
        do {
            let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
            return fields.count > 1 ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
        } catch { return nil } // Only a view shows it.
    }

    /// Looks at the figures once a period, for as long as the task runs.
    func keepAverages() async {
        let period = settings[\.administration.statsPeriod]
        while !Task.isCancelled {
            do { try await Task.sleep(for: period) } catch { return }
            guard let reports = await proxy?.report(.traffic).traffic else { continue }
            state.withLock { $0.averages.note(reports, at: Self.uptime()) }
        }
    }

    private static func uptime() -> Duration { Monotonic.now() - Monotonic(nanoseconds: 0) }

    // MARK: Hands

    func perform(_ operation: ProxyOperation) async -> Int { await proxy?.perform(operation) ?? 0 }

    func backendCount(of database: String?, stale: Bool) async -> Int { await proxy?.backendCount(of: database, stale: stale) ?? 0 }

    func service() async -> ProxyReport.Service { await proxy?.report([]).service ?? ProxyReport.Service() }

    func databases() async -> Set<String> { await facts(.pools)?.databases ?? [] }

    func pause() async {
        do { try await Task.sleep(for: Self.impatience) } catch { return } // The daemon ends, and so does the waiting.
    }

    func reload() async throws(ErrorMessage) -> [String] {
        guard let reloader = state.withLock({ $0.reloader }) else { throw ErrorMessage(.error, .cannotConnectNow, "the daemon is starting") }
        do {
            let view = try await reloader.reload(requestedBy: "RELOAD")
            return view.notices + view.changed_files.map { "the file of \($0) was read anew" } + view.needs_restart.map { "\($0) takes effect with a restart" }
        } catch { throw ErrorMessage(.error, .invalidParameterValue, "\(error)") }
    }

    func shutDown(_ mode: ProxyStopMode) { requests.yield(mode) }
}
