package import Settings

/// The generation of hooks in force, and the way to another: checked wholly, stored, swapped at once.
///
/// An event keeps the catalogue that it was given: nothing changes for it when another generation comes.
package actor HookGenerations {
    /// What is in force.
    package struct InForce: Sendable {
        package let number: Int
        package let catalogue: HookCatalogue
        package let bundle: HookBundle
    }

    /// What a change came to.
    package struct Change: Sendable {
        package let from: Int
        package let to: Int
        package let remarks: [HookProblem]
    }

    /// Why nothing changed.
    package struct Refused: Error, Sendable, CustomStringConvertible {
        package let problems: [HookProblem]
        package let description: String

        init(_ reason: String, _ problems: [HookProblem] = []) {
            self.problems = problems
            description = (problems.map(\.description) + [reason]).joined(separator: "\n")
        }
    }

    private let staging: HookStaging
    private let store: any HookGenerationStore
    private var options: [Settings.HookOption]
    private let nodes: [String]
    private var inForce: InForce?
    /// Catalogues of generations that events began with.
    private var earlier: [Int: HookCatalogue] = [:]
    private static let mostEarlier = 10
    private var isChanging = false

    package init(staging: HookStaging, store: any HookGenerationStore, options: [Settings.HookOption], nodes: [String]) {
        self.staging = staging
        self.store = store
        self.options = options
        self.nodes = nodes
    }

    /// What is in force; `start` comes first.
    package var current: InForce {
        guard let inForce else { preconditionFailure("hooks were asked for before they were loaded") }
        return inForce
    }

    // MARK: Start

    /// Puts in force what was in force when the daemon ended, or what is new in the site's directory. Returns what is to be
    /// said about it; throws where there is nothing that could be used.
    package func start() async throws -> [HookProblem] {
        let known = try await store.generations()
        let (bundle, report) = await staging.check(options: options, nodes: nodes)
        guard let active = known.first(where: \.isActive) else {
            guard report.problems.isEmpty else { throw Refused("", report.problems) }
            try await force(bundle, report, author: "start")
            return report.remarks
        }
        // What was rolled back does not come again by itself.
        if report.problems.isEmpty, known.first?.digest != bundle.digest {
            try await force(bundle, report, author: "start")
            return report.remarks
        }
        let stored = try await store.bundle(of: active.number)
        let old = stored.digest == bundle.digest ? report : await staging.check(stored, options: options, nodes: nodes, isWhole: false)
        guard old.problems.isEmpty else { throw Refused("generation \(active.number) of the hooks does not fit this configuration any more", old.problems + report.problems) }
        inForce = InForce(number: active.number, catalogue: old.catalogue, bundle: stored)
        return report.problems
    }

    // MARK: Changes

    /// Checks the site's directory, or `folder`, with `fresh` options and puts both in force; nil when nothing changed. `rehearse` gives advice
    /// about hooks that passed, from those in force.
    package func deploy(folder: String? = nil, options fresh: [Settings.HookOption], author: String,
                        rehearse: (HookCatalogue, HookCatalogue) async -> [HookProblem] = { _, _ in [] }) async throws -> Change? {
        try await changing {
            let (bundle, report) = await staging.check(folder: folder, options: fresh, nodes: nodes)
            guard report.problems.isEmpty else { throw refusal(report.problems) }
            options = fresh
            let before = current
            guard bundle.digest != before.bundle.digest else {
                inForce = InForce(number: before.number, catalogue: report.catalogue, bundle: before.bundle)
                return nil
            }
            let remarks = report.remarks + (await rehearse(report.catalogue, before.catalogue))
            try await force(bundle, report, author: author)
            return Change(from: before.number, to: current.number, remarks: remarks)
        }
    }

    /// Checks what a reload of the configuration would bring: `fresh` options, and the site's directory where it is not what the
    /// newest generation has already: what was rolled back does not come again by itself. Returns the step that puts them in force;
    /// that one throws only where the store does, and then the hooks are as they were.
    package func prepareReload(options fresh: [Settings.HookOption], author: String) async throws -> @Sendable () async throws -> Change? {
        try await changing {
            let running = current, newest = try await store.generations().first
            let (bundle, report) = await staging.check(options: fresh, nodes: nodes)
            let isNew = bundle.digest != newest?.digest
            let outcome = isNew || bundle.digest == running.bundle.digest ? report : await staging.check(running.bundle, options: fresh, nodes: nodes, isWhole: false)
            guard outcome.problems.isEmpty else { throw refusal(outcome.problems) }
            return { try await self.adopt(fresh, outcome, isNew ? bundle : running.bundle, from: running, isNew: isNew, author: author) }
        }
    }

    private func adopt(_ fresh: [Settings.HookOption], _ report: HookStaging.Report, _ bundle: HookBundle, from running: InForce, isNew: Bool,
                       author: String) async throws -> Change? {
        // Another change came between the check and now: it was checked too, and stands.
        guard current.number == running.number else { return nil }
        if isNew { try await force(bundle, report, author: author) } else { inForce = InForce(number: running.number, catalogue: report.catalogue, bundle: bundle) }
        options = fresh
        return isNew ? Change(from: running.number, to: current.number, remarks: report.remarks) : nil
    }

    private func refusal(_ problems: [HookProblem]) -> Refused {
        Refused("generation \(current.number) of the hooks stays in force: \(problems.count) \(problems.count == 1 ? "problem" : "problems")", problems)
    }

    /// Puts an earlier generation in force: `number`, or the newest good one before the one in force.
    package func rollBack(to number: Int?) async throws -> Change {
        try await changing {
            let known = try await store.generations(), from = current.number
            let target = number.map { number in known.first { $0.number == number } } ?? known.first { $0.number < from && $0.fault == nil }
            guard let target else {
                let kept = known.map { String($0.number) }.joined(separator: ", ")
                throw Refused(number.map { "there is no generation \($0); those kept are \(kept)" } ?? "there is no good generation before \(from); those kept are \(kept)")
            }
            guard target.number != from else { throw Refused("generation \(from) is in force already") }
            let bundle = try await store.bundle(of: target.number)
            let report = await staging.check(bundle, options: options, nodes: nodes, isWhole: false)
            guard report.problems.isEmpty else { throw Refused("generation \(target.number) does not fit this configuration any more: \(from) stays in force", report.problems) }
            try await store.activate(target.number)
            put(InForce(number: target.number, catalogue: report.catalogue, bundle: bundle))
            return Change(from: from, to: target.number, remarks: report.remarks)
        }
    }

    /// Remembers that a generation's code failed where it mattered.
    package func mark(_ number: Int, fault: String) async throws { try await store.mark(number, fault: fault) }

    // MARK: Questions

    /// The generation that an event began with, for as long as it is kept; the one in force for a new event.
    package func generation(forEvent event: String) async throws(HookJournalFailure) -> (number: Int, catalogue: HookCatalogue) {
        await kept(try await store.generation(ofEvent: event, current: current.number))
    }

    /// The hooks of a generation; those in force where it is not kept any more, or does not fit the configuration.
    package func kept(_ number: Int) async -> (number: Int, catalogue: HookCatalogue) {
        let running = current
        if number == running.number { return (number, running.catalogue) }
        if let catalogue = earlier[number] { return (number, catalogue) }
        let bundle: HookBundle
        do { bundle = try await store.bundle(of: number) } catch { return (running.number, running.catalogue) }
        let report = await staging.check(bundle, options: options, nodes: nodes, isWhole: false)
        guard report.problems.isEmpty else { return (running.number, running.catalogue) }
        keep(number, report.catalogue)
        return (number, report.catalogue)
    }

    /// Every generation that is kept, the newest first.
    package func kept() async throws(HookJournalFailure) -> [HookGeneration] { try await store.generations() }

    /// The files of one that is kept.
    package func bundle(of number: Int) async throws(HookJournalFailure) -> HookBundle { try await store.bundle(of: number) }

    /// The hooks of `folder` with the options in force, checked as a deployment would; nothing is put in force.
    package func trial(folder: String) async throws -> HookCatalogue {
        let (_, report) = await staging.check(folder: folder, options: options, nodes: nodes)
        guard report.problems.isEmpty else { throw refusal(report.problems) }
        return report.catalogue
    }

    /// Whether the site's directory is what is in force.
    package func drifts() -> Bool { HookBundle.read(staging.directories.site).0.digest != current.bundle.digest }

    // MARK: Small things

    private func force(_ bundle: HookBundle, _ report: HookStaging.Report, author: String) async throws {
        let number = try await store.add(bundle, author: author)
        put(InForce(number: number, catalogue: report.catalogue, bundle: bundle))
    }

    private func put(_ next: InForce) {
        if let inForce { keep(inForce.number, inForce.catalogue) }
        inForce = next
    }

    private func keep(_ number: Int, _ catalogue: HookCatalogue) {
        if earlier.count >= Self.mostEarlier, let oldest = earlier.keys.min() { earlier[oldest] = nil }
        earlier[number] = catalogue
    }

    /// One change at a time: the actor may be entered again while one waits.
    private func changing<Value>(_ body: () async throws -> Value) async throws -> Value {
        guard !isChanging else { throw Refused("the hooks are being changed: ask again") }
        isChanging = true
        defer { isChanging = false }
        return try await body()
    }
}
