/// What happened lately, replayed with hooks that are to be put in force: what they would do otherwise is said before they do it.
///
/// Advice, no refusal: hooks are edited so that they do something else.
package struct HookRehearsal: Sendable {
    /// The newest runs of each event that are replayed.
    private static let each = 3
    /// In all; what is left then is left out.
    private static let time = Duration.seconds(10)

    private let journal: HookJournal
    private let runner: @Sendable (HookCatalogue) -> HookRunner

    package init(journal: HookJournal, runner: @escaping @Sendable (HookCatalogue) -> HookRunner) {
        self.journal = journal
        self.runner = runner
    }

    /// Where `next` parts first from a recording of each event that `current` follows.
    package func remarks(on next: HookCatalogue, insteadOf current: HookCatalogue) async throws(HookJournalFailure) -> [HookProblem] {
        let end = ContinuousClock.now + Self.time
        var remarks: [String: HookProblem] = [:], left = 0
        for run in try await journal.latestRuns(ofEach: Self.each).reversed() where remarks[run.name] == nil && !run.isInterrupted && !Self.isSame(run, next, current) {
            guard ContinuousClock.now < end else {
                left += 1
                continue
            }
            let calls = try await journal.calls(of: run.number)
            guard let divergence = try await divergence(run, calls, next), try await self.divergence(run, calls, current) == nil else { continue }
            remarks[run.name] = divergence
        }
        let said = remarks.sorted { $0.key < $1.key }.map(\.value)
        return said + (left > 0 ? [HookProblem("hooks", "\(left) recorded runs were not replayed: the others took \(Self.time.words)")] : [])
    }

    private func divergence(_ run: HookRunRecord, _ calls: [HookCallRecord], _ catalogue: HookCatalogue) async throws(HookJournalFailure) -> HookProblem? {
        let report = try await runner(catalogue).replay(run, calls)
        guard let words = report.divergence else { return nil }
        let place = report.place ?? catalogue.hooks.first { run.hooks.contains($0.name) }.map { HookPlace(file: $0.file.path, line: $0.line) }
        return HookProblem(place?.file ?? run.hooks.first ?? run.name, line: place?.line ?? 0, "a replay of \(run.name) \(run.id) ends otherwise: \(words)")
    }

    /// Whether the hooks that ran are made of the same text in both.
    private static func isSame(_ run: HookRunRecord, _ next: HookCatalogue, _ current: HookCatalogue) -> Bool {
        guard next.code.modules == current.code.modules else { return false }
        return run.hooks.allSatisfy { name in
            guard let new = next.hooks.first(where: { $0.name == name }), let old = current.hooks.first(where: { $0.name == name }) else { return false }
            return new.file.text == old.file.text
        }
    }
}
