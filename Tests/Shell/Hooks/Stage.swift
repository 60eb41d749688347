import ClusterModel
import Foundation
import Glibc
import Reactor
import Storage
import Synchronization
import Testing
@testable import Hooks
@testable import Settings

/// A site's hook directory, hook processes, a fake cluster of three nodes: everything a hook needs to run.
final class Stage: Sendable {
    let host = FakeHost()
    let store: StateStore
    let journal: HookJournal
    let secrets: SecretVault
    let running = RunningEvents()
    let metrics = HookMetrics()
    let processes: HookProcesses
    private let directory: URL
    let waiter: DescriptorWaiter

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Built beside this test.
    static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "HookHostFixture").path

    /// The bundled hooks are the same for every stage.
    static let inspections = HookInspections()

    /// `files` by their path under the site's hook directory.
    init(_ files: [String: String] = [:], _ inspections: HookInspections = Stage.inspections) throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "understudy-hooks-\(UUID().uuidString)")
        for (name, text) in files {
            let file = directory.appending(path: name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        waiter = try DescriptorWaiter()
        try FileManager.default.createDirectory(at: directory.appending(path: "secrets"), withIntermediateDirectories: true)
        store = try StateStore(directory: directory.path + "-state")
        journal = HookJournal(store: store)
        secrets = SecretVault(directory: directory.path + "/secrets")
        let kept = Lines()
        processes = HookProcesses(executable: Self.executable, waiter: waiter, inspections: inspections) { kept.append($0) }
        self.kept = kept
    }

    private final class Lines: Sendable {
        let all = Mutex<[HookLogLine]>([])
        func append(_ line: HookLogLine) { all.withLock { $0.append(line) } }
    }

    private let kept: Lines
    private let opinions = Mutex<[HookFault]>([])
    /// Failures of hooks that were asked for their opinion.
    var passedOver: [HookFault] { opinions.withLock { $0 } }

    var lines: [HookLogLine] { kept.all.withLock { $0 } }
    var logged: [String] { lines.map { "\($0.level.rawValue): \($0.message)" } }
    var site: String { directory.path }

    func load(options: [(String, String, String)] = []) async -> (HookCatalogue, [String]) {
        let settings = settings(options)
        let (catalogue, problems) = await HookCatalogue.load(directories, options: settings, processes: processes)
        return (catalogue, problems.map { $0.description.replacing(site + "/", with: "") })
    }

    /// Every right is granted to the site's hooks where the test says nothing of grants.
    func settings(_ options: [(String, String, String)] = []) -> [Settings.HookOption] {
        let own = options.enumerated().map { index, option in
            Settings.HookOption(hook: option.0, option: option.1, text: option.2, place: Settings.Place(file: "understudy.conf", line: index + 1))
        }
        let names = Set(HookBundle.read(site).0.files.values.flatMap { file in
            file.text.matches(of: /us\.hook *{ *name *= *["']([a-z0-9_]+)["']/).map { String($0.1) }
        })
        return own + names.filter { name in !options.contains { $0.0 == name && $0.1 == "grants" } }.sorted().map {
            Settings.HookOption(hook: $0, option: "grants", text: "*", place: Settings.Place(file: "understudy.conf", line: 0))
        }
    }

    var directories: HookDirectories {
        HookDirectories(library: Self.root.appending(path: "lua").path, bundled: Self.root.appending(path: "hooks").path, site: site)
    }

    /// Writes a file of the site's, or removes it.
    func write(_ name: String, _ text: String?) throws {
        let file = directory.appending(path: name)
        guard let text else { return try FileManager.default.removeItem(at: file) }
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func runner(options: [(String, String, String)] = [], limits: HookLimits = HookLimits(budget: .seconds(60))) async -> HookRunner {
        runner(await load(options: options).0, limits: limits)
    }

    func runner(_ catalogue: HookCatalogue, limits: HookLimits = HookLimits(budget: .seconds(60))) -> HookRunner {
        let kept = kept
        return HookRunner(catalogue: catalogue, processes: processes, host: host, journal: journal, secrets: secrets, metrics: metrics, running: running, limits: limits,
                          log: { kept.append($0) }, onPassedOver: { fault, _ in self.opinions.withLock { $0.append(fault) } })
    }

    func failOver(_ runner: HookRunner, epoch: UInt64 = 2, candidate: Int? = 1, bundledOnly: Bool = false) async -> HookOutcome {
        host.set { $0.epoch = Epoch(epoch) }
        return await runner.run(Self.failover(epoch: epoch, candidate: candidate), bundledOnly: bundledOnly)
    }

    /// The fault of a failover that must fail, with the directory left out of its place.
    func fault(_ runner: HookRunner) async -> String {
        guard case .failed(let fault) = await failOver(runner) else { return "no fault" }
        return "\(fault.kind) " + fault.description.replacing(site + "/", with: "")
    }

    func end() async {
        await processes.shutDown()
        await waiter.shutDown()
        do { try FileManager.default.removeItem(atPath: directory.path + "-state") } catch { Issue.record(error) }
        do { try FileManager.default.removeItem(at: directory) } catch CocoaError.fileNoSuchFile {} catch { Issue.record(error) }
    }

    /// A secret of this host, as an administrator would put it there.
    func write(secret: String, _ text: String, mode: mode_t = 0o600) throws {
        let path = directory.path + "/secrets/" + secret
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, mode)
    }

    /// The calls of the newest run of the failover.
    func recordedCalls() async throws -> [HookCallRecord] {
        guard let run = try await journal.runs(of: "ev-1").last else { return [] }
        return try await journal.calls(of: run.number)
    }

    /// The finished steps of epoch 2.
    func finishedSteps(_ names: String..., hook: String = "ours") async throws -> [String] {
        var found: [String] = []
        for name in names where try await journal.recordedStep(StepKey(event: "ev-1", epoch: Epoch(2), hook: hook, name: name)) != nil { found.append(name) }
        return found
    }

    /// The state store as it is on disk.
    func storedBytes() throws -> String {
        let folder = directory.path + "-state"
        return try FileManager.default.contentsOfDirectory(atPath: folder).map { String(decoding: try Data(contentsOf: URL(filePath: folder + "/" + $0)), as: UTF8.self) }.joined()
    }

    /// The newest run again, without effects; nil when there was none.
    func replayLastRun(_ runner: HookRunner) async throws -> HookReplayReport? {
        guard let run = try await journal.runs(of: "ev-1").last else { return nil }
        return try await runner.replay(run, try await journal.calls(of: run.number))
    }

    /// Takes back what ended the newest run, as if the daemon had been killed before.
    func reopenLastRun() async throws {
        guard let run = try await journal.runs(of: "ev-1").last else { return }
        try await journal.setPhase(.undoing, of: run.number)
    }

    /// Kills the hook processes that are at work for this stage's events.
    func killWorkingProcesses() async {
        for pid in await processes.pidsAtWork { kill(pid, SIGKILL) }
    }

    static let cluster = HookCluster(name: "main", nodes: (0..<3).map { number in
        HookCluster.Member(node: Node(id: NodeID(number), name: "pg\(number + 1)", host: "10.0.0.\(number + 1)", port: 5432, dataDirectory: "/data/\(number)"),
                           status: number == 0 ? .down : .up, role: number == 0 ? nil : .standby,
                           walEnd: number == 0 ? nil : LogSequenceNumber(bytes: UInt64(5000 - number)), timeline: Timeline(1))
    }, primary: nil)

    static func failover(epoch: UInt64 = 2, candidate: Int? = 1) -> HookEvent {
        .failover(HookEvent.Header(id: "ev-1", epoch: Epoch(epoch), at: 1_700_000_000), in: cluster, lost: NodeID(0),
                  candidate: candidate.map { NodeID($0) }, candidates: [NodeID(1), NodeID(2)], lastPrimaryLSN: LogSequenceNumber(bytes: 5000))
    }
}

/// Runs `body` on a stage and clears it away.
func onStage(_ files: [String: String] = [:], inspections: HookInspections = Stage.inspections, _ body: (Stage) async throws -> Void) async throws {
    let stage = try Stage(files, inspections)
    do { try await body(stage) } catch {
        await stage.end()
        throw error
    }
    await stage.end()
}

/// A hook file with one handler for `failover`.
func failoverHook(_ body: String, name: String = "ours", header: String = "") -> String {
    """
    local us = require "understudy"
    local hook = us.hook { name = "\(name)"\(header) }
    function hook.failover(ev, opt)
    \(body)
    end
    return hook
    """
}
