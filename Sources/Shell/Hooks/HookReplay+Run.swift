internal import ClusterModel

/// What a replay of a recorded run came to.
package struct HookReplayReport: Hashable, Sendable {
    /// Calls that were answered from the recording.
    package let calls: Int
    package let outcome: HookOutcome
    /// Where hooks and recording part first, as a sentence; nil when they do the same.
    package let divergence: String?
    /// The line of the hook there.
    package let place: HookPlace?
    package let took: Duration
}

extension HookRunner {
    /// Runs a recorded event again with this runner's hooks, each call answered by what it gave then; nothing can be done.
    package func replay(_ record: HookRunRecord, _ calls: [HookCallRecord]) async throws(HookJournalFailure) -> HookReplayReport {
        guard let event = HookEvent(stored: record.event) else { throw HookJournalFailure("run \(record.number) is of an event \"\(record.name)\" that is not known") }
        let began = ContinuousClock.now
        let chain = catalogue.chain(for: event.schema, bundledOnly: false).filter { record.hooks.contains($0.name) }
        var replays: [String: HookReplay] = [:]
        for hook in chain {
            replays[hook.name] = HookReplay(calls.filter { $0.hook == hook.name && !$0.isUndo }, files: catalogue.files(of: hook), names: event.cluster.names)
        }
        let outcome = await ask(chain, HookRun(event, record, journal: nil, replays: replays))
        let ended = ContinuousClock.now - began, count = replays.values.reduce(0) { $0 + $1.count }
        let first = replays.values.compactMap(\.divergence).min { $0.sequence < $1.sequence }
        let problem = first?.message ?? Self.difference(record, outcome, chain, replays)
        var place = first?.place
        if place == nil, case .failed(let fault) = outcome { place = fault.place }
        return HookReplayReport(calls: count, outcome: outcome, divergence: problem, place: place, took: ended)
    }

    /// What is different where every call that was asked had its answer.
    private static func difference(_ record: HookRunRecord, _ outcome: HookOutcome, _ chain: [Hook], _ replays: [String: HookReplay]) -> String? {
        if let missing = record.hooks.first(where: { name in !chain.contains { $0.name == name } }) { return "the hook \(missing), which ran then, does not handle \(record.name) now" }
        if let (hook, call) = replays.compactMap({ name, replay in replay.unasked.map { (name, $0) } }).min(by: { $0.1.sequence < $1.1.sequence }) {
            return "effect \(call.sequence): recorded `\(call.words(record))`, and now \(hook) ends without it"
        }
        guard let recorded = record.outcome, recorded != outcome.word else { return nil }
        // What ended an event from outside is in no hook.
        if case .failed(let fault) = outcome, fault.kind == .replay, recorded == "failed" || recorded == HookRunRecord.interrupted { return nil }
        return "the event ended as \(recorded) then\(record.message.map { " (\($0))" } ?? ""), and as \(outcome.word) now\(outcome.message.map { " (\($0))" } ?? "")"
    }
}

extension HookCluster {
    /// The nodes' names by their numbers.
    var names: [Int64: String] { Dictionary(uniqueKeysWithValues: nodes.map { (Int64($0.node.id.number), $0.node.name) }) }

    /// What a `choose` hook answered, with nodes by their names.
    func words(of choice: HookValue) -> String {
        if let list = choice.list { return list.map(words).joined(separator: ", ") }
        return choice.text ?? choice.integer.flatMap { names[$0] } ?? choice.words
    }
}

extension HookCallRecord {
    /// `node.promote pg2`
    package func words(_ record: HookRunRecord) -> String {
        let nodes = record.event["cluster"]["nodes"].list ?? []
        return Self.words(operation, arguments, Dictionary(nodes.compactMap { node in node["id"].integer.map { ($0, node["name"].text ?? "") } }) { first, _ in first })
    }

    static func words(_ operation: String, _ arguments: HookValue, _ names: [Int64: String]) -> String {
        let about = arguments["node"].integer.map { names[$0] ?? "node \($0)" } ?? subject(arguments)
        return about.isEmpty ? operation : operation + " " + about
    }
}
