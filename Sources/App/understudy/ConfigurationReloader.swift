internal import Administration
internal import Logging
internal import Settings

/// Reads the configuration again and hands it to every part that follows it: wholly, or not at all.
actor ConfigurationReloader {
    /// A part of the daemon: checks and makes from the fresh configuration everything that can fail, and returns the step that
    /// puts it in force, which cannot.
    typealias Part = @Sendable (LoadedConfiguration) async throws -> @Sendable () async -> Void

    /// Why nothing was reloaded: every mistake with file and line, one a line.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    private var running: LoadedConfiguration
    private var isReloading = false
    private let parts: [Part]
    private let afterwards: @Sendable (ReloadView, _ requestedBy: String) async -> Void
    private let logger: Logger

    /// `parts` are prepared and changed in their order; `afterwards` is told what came of it.
    init(_ running: LoadedConfiguration, _ logger: Logger, parts: [Part], afterwards: @escaping @Sendable (ReloadView, _ requestedBy: String) async -> Void) {
        self.running = running
        self.logger = logger
        self.parts = parts
        self.afterwards = afterwards
    }

    /// Returns what changed; throws `Refused` where the configuration cannot be used, and then everything is as it was.
    func reload(requestedBy: String) async throws -> ReloadView {
        guard !isReloading else { throw Refused(description: "the configuration is being reloaded: ask again") }
        isReloading = true
        defer { isReloading = false }
        let fresh = LoadedConfiguration(path: running.path)
        guard !fresh.hasErrors else {
            throw Refused(description: fresh.diagnostics.map(\.description).joined(separator: "\n") + "\nthe configuration has errors: nothing was reloaded")
        }
        let reload = running.settings.reloaded(as: fresh.settings), next = fresh.with(reload.inForce)
        var changes: [@Sendable () async -> Void] = []
        for part in parts {
            do { changes.append(try await part(next)) } catch { throw Refused(description: "\(error)\nnothing was reloaded") }
        }
        for change in changes { await change() }
        let files = next.contents.changed(from: running.contents)
        running = next
        logger.notice("configuration reloaded", metadata: ["by": "\(requestedBy)", "changed": "\(reload.applied.joined(separator: ", "))", "files": "\(files.joined(separator: ", "))",
                                                          "needs restart": "\(reload.waiting.joined(separator: ", "))"])
        let view = ReloadView(applied: reload.applied, changedFiles: files, needsRestart: reload.waiting, notices: fresh.diagnostics.map(\.description))
        await afterwards(view, requestedBy)
        return view
    }

    /// For a signal, which has nobody to answer: what came of it is in the log.
    func reloadAndLog(requestedBy: String) async {
        do {
            for notice in try await reload(requestedBy: requestedBy).notices { StderrLog.writeLine(notice) }
        } catch { logger.error("\(error)", metadata: ["by": "\(requestedBy)"]) }
    }
}
