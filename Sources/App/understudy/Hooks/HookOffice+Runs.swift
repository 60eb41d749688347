internal import Administration
internal import ClusterModel
internal import Foundation
internal import Hooks

/// Answers `understudy hooks run | replay | trace | cancel | console`.
extension HookOffice {
    /// Runs that a trace without an event lists.
    private static let latest = 20
    private static let followPause = Duration.milliseconds(100)

    // MARK: Looking

    func runs(within event: String) async throws -> [HookRunView] {
        var views: [HookRunView] = []
        for run in try await stage.record.runs(within: event) { views.append(try await view(run)) }
        return views
    }

    func trace(_ request: HookRunRequest, _ tell: (HookTraceView) async throws -> Void) async throws {
        guard request.event != nil else {
            for run in try await stage.record.latestRuns(Self.latest) { try await tell(HookTraceView(run: try await view(run))) }
            return
        }
        var run = try await recorded(request), last = 0
        // The others by a line each: `--attempt` shows their calls.
        if request.attempt == nil { for earlier in try await stage.record.runs(of: run.id).dropLast() { try await tell(HookTraceView(run: try await view(earlier))) } }
        try await tell(HookTraceView(run: try await view(run)))
        while true {
            // The run first: what it did after that is read the next time.
            run = try await recorded(request)
            var calls = try await stage.record.calls(of: run.number, after: last)
            // Calls are told when they have ended, so that each is told once.
            if run.phase != .ended, request.follow == true { calls = Array(calls.prefix { $0.ended != nil }) }
            for call in calls {
                try await tell(HookTraceView(call: Self.view(call, run)))
                last = call.sequence
            }
            guard request.follow == true, run.phase != .ended else { break }
            try await Task.sleep(for: Self.followPause)
        }
        if request.follow == true { try await tell(HookTraceView(run: try await view(run))) }
    }

    /// The run that is meant: of the attempt, or the last.
    private func recorded(_ request: HookRunRequest) async throws -> HookRunRecord {
        let event = request.event ?? "", runs = try await stage.record.runs(of: event)
        if let attempt = request.attempt {
            guard (1...max(1, runs.count)).contains(attempt), !runs.isEmpty else { throw HookRefusal("\(event) has \(runs.count) recorded runs: there is no attempt \(attempt)") }
            return runs[attempt - 1]
        }
        guard let run = runs.last else { throw HookRefusal("no run of an event \"\(event)\" is recorded: `understudy hooks trace` lists the latest") }
        return run
    }

    /// Runs of one event are counted from 1 here: the engine's attempts begin anew with every candidate and question.
    private func view(_ run: HookRunRecord) async throws -> HookRunView {
        let attempt = try await stage.record.runs(of: run.id).firstIndex { $0.number == run.number }.map { $0 + 1 } ?? run.attempt
        return HookRunView(event: run.id, name: run.name, attempt: attempt, epoch: run.epoch.number, began: run.began, took_ms: run.ended.map { ($0 - run.began) * 1000 },
                    outcome: run.outcome ?? run.phase.rawValue, message: run.message)
    }

    private static func view(_ call: HookCallRecord, _ run: HookRunRecord) -> HookCallView {
        var result: String?, failed = false
        switch call.result {
        case .success(let value)?: result = value.words
        case .failure(let failure)?: (result, failed) = (failure.message, true)
        case nil: break
        }
        var arguments = call.arguments.map ?? [:]
        arguments["node"] = nil
        if call.operation == "together" {
            // What was begun has lines of its own.
            arguments = arguments.compactMapValues { $0.list.map { HookValue($0.count) } }.filter { $0.value != 0 }
            if !failed { result = result.map { _ in "" } }
        }
        return HookCallView(number: call.sequence, at_ms: (call.began - run.began) * 1000, took_ms: call.ended.map { ($0 - call.began) * 1000 }, hook: call.hook, step: call.step,
                            call: call.words(run), arguments: arguments.isEmpty ? "" : HookValue.map(arguments).words, result: result, failed: failed,
                            place: call.place?.description, undo: call.isUndo, parent: call.parent)
    }

    // MARK: Running

    func fire(_ request: HookRunRequest, requestedBy: String) async throws -> HookReportView {
        guard let schema = EventSchema.byName[request.event ?? ""] else { throw HookRefusal("Understudy has no event \"\(request.event ?? "")\": `understudy hooks doc` lists them") }
        guard let (cluster, epoch) = await stage.cluster() else { throw HookRefusal("the daemon is starting") }
        var node: NodeID?
        if let name = request.node {
            node = cluster.node(named: name)
            guard node != nil else { throw HookRefusal("the cluster has no node \(name); its nodes are \(cluster.nodes.map(\.node.name).joined(separator: ", "))") }
        }
        let event = try HookEvent(byHand: schema, stage.header(epoch: epoch, cause: "operator", requestedBy: requestedBy), in: cluster, node: node, set: request.set ?? [:])
        let began = ContinuousClock.now
        guard request.isDryRun == true else {
            let outcome = await stage.run(event, resumes: true)
            let run = try await stage.record.runs(of: event.header.id).last
            let calls = if let run { try await stage.record.calls(of: run.number).count } else { 0 }
            return Self.report(event.header.id, outcome, run?.message ?? outcome.message, calls, since: began)
        }
        let (outcome, message, entries) = await stage.runner(stage.generations.current.catalogue).plan(event)
        var report = Self.report(schema.name, outcome, message, entries.count, since: began)
        report.plan = entries.enumerated().map { index, entry in
            "\(index + 1). \(entry.operation) \(entry.subject)\(entry.step.map { " [\($0)]" } ?? "") (\(entry.kind))\(entry.foreseen.map { " → \($0)" } ?? "")  \(entry.place.split(separator: "/").last ?? "")"
                + (entry.objection.map { "\n   now this would not be done: \($0)" } ?? "")
        }
        return report
    }

    private static func report(_ event: String, _ outcome: HookOutcome, _ message: String?, _ calls: Int, since began: ContinuousClock.Instant) -> HookReportView {
        HookReportView(event: event, outcome: outcome.word, message: message, calls: calls, took_ms: (ContinuousClock.now - began) / .milliseconds(1))
    }

    func replay(_ request: HookRunRequest) async throws -> HookReportView {
        let run = try await recorded(request), calls = try await stage.record.calls(of: run.number)
        let catalogue = if let folder = request.folder { try await stage.generations.trial(folder: folder) } else { await stage.generations.kept(run.generation).catalogue }
        let report = try await stage.runner(catalogue).replay(run, calls)
        return HookReportView(event: run.id, outcome: report.outcome.word, message: report.outcome.message, divergence: report.divergence, calls: report.calls,
                              took_ms: report.took / .milliseconds(1))
    }

    func spec(_ request: HookRunRequest) async throws -> String {
        let run = try await recorded(request)
        return HookSpecText.text(run, try await stage.record.calls(of: run.number), try await stage.generations.generation(forEvent: run.id).catalogue)
    }

    func cancel(event: String) async throws -> String {
        guard stage.running.cancel(event) else {
            let running = stage.running.events
            throw HookRefusal("\(event) does not run; \(running.isEmpty ? "no event does" : "running are \(running.joined(separator: ", "))")")
        }
        return "\(event) is being cancelled: `understudy hooks trace \(event) --follow` shows what is undone\n"
    }

    func evaluate(_ request: HookRunRequest, requestedBy: String) async throws -> String {
        guard let (cluster, epoch) = await stage.cluster() else { throw HookRefusal("the daemon is starting") }
        let runner = stage.runner(await stage.generations.current.catalogue)
        let header = stage.header(epoch: epoch, cause: "operator", requestedBy: requestedBy)
        switch await runner.evaluate(request.line ?? "", header, in: cluster, mayWrite: request.mayWrite ?? false) {
        case .success(let text): return text.isEmpty ? "" : text + "\n"
        case .failure(let fault): throw HookRefusal(fault.message)
        }
    }
}

/// Why a question about hooks has no answer.
struct HookRefusal: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
