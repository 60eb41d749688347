internal import Administration
internal import Foundation
internal import Hooks
internal import Settings

/// Answers `understudy hooks …` for a running daemon.
struct HookOffice: HookDesk {
    let stage: HookStage
    /// The configuration file, whose hook options a deployment takes over.
    let configuration: String
    let directory: String

    func list(event: String?) async throws -> HookListView {
        if let event, EventSchema.byName[event] == nil { throw Unknown.event(event) }
        let current = await stage.generations.current, catalogue = current.catalogue
        let events = EventSchema.all.filter { event == nil ? catalogue.handles($0) : $0.name == event }
        let hooks = catalogue.entries.filter { entry in event == nil || entry.events.contains(event ?? "") }
        return HookListView(generation: current.number, drift: await stage.generations.drifts(), directory: directory, hooks: hooks.map(view), events: events.map { schema in
            var view = HookListView.Event(name: schema.name, kind: schema.kind.word, order: catalogue.order(of: schema))
            if let figures = stage.figures.of(schema.name) {
                (view.runs, view.failures, view.last_outcome) = (figures.runs, figures.failures, figures.last)
                (view.p50_ms, view.p99_ms) = (figures.percentile(0.5), figures.percentile(0.99))
            }
            return view
        }, generations: try await stage.generations.kept().map(view), metrics: stage.metrics.all.map(HookMetricView.init).filter { event == nil || hooks.map(\.name).contains($0.hook) })
    }

    private func view(_ entry: HookCatalogue.Entry) -> HookListView.Hook {
        HookListView.Hook(name: entry.name, about: entry.about, version: entry.version, file: entry.file, events: entry.events, grants: entry.needs,
                          bundled: entry.isBundled, restricted: entry.isRestricted)
    }

    private func view(_ generation: HookGeneration) -> HookListView.Generation {
        HookListView.Generation(number: generation.number, at: Date(timeIntervalSince1970: generation.at).formatted(.iso8601), author: generation.author,
                                active: generation.isActive, fault: generation.fault)
    }

    func deploy(folder: String?, requestedBy: String) async throws -> HookChangeView {
        let loaded = LoadedConfiguration(path: configuration)
        if let error = loaded.diagnostics.first(where: { $0.severity == .error }) { throw Unknown.configuration(error.description) }
        guard let change = try await stage.generations.deploy(folder: folder, options: loaded.settings.hookOptions, author: requestedBy, rehearse: stage.rehearse) else {
            let number = await stage.generations.current.number
            return HookChangeView(from: number, to: number, remarks: [])
        }
        await stage.changed(change, "deploy", by: requestedBy)
        return HookChangeView(change)
    }

    func rollBack(to number: Int?, requestedBy: String) async throws -> HookChangeView {
        let change = try await stage.generations.rollBack(to: number)
        await stage.changed(change, "rollback", by: requestedBy)
        return HookChangeView(change)
    }

    func difference(from: Int, to: Int?) async throws -> String {
        let current = await stage.generations.current
        let new = if let to { try await stage.generations.bundle(of: to) } else { current.bundle }
        let text = HookDifference(try await stage.generations.bundle(of: from), new, names: (String(from), String(to ?? current.number))).text
        return text.isEmpty ? "generations \(from) and \(to ?? current.number) are the same\n" : text
    }

    private enum Unknown: Error, CustomStringConvertible {
        case event(String)
        case configuration(String)

        var description: String {
            switch self {
            case .event(let name): "Understudy has no event \"\(name)\": `understudy hooks doc` lists them"
            case .configuration(let problem): "\(problem)\nthe configuration has errors: nothing was deployed"
            }
        }
    }
}

extension HookMetricView {
    init(_ series: HookMetrics.Series, _ value: HookMetrics.Value) {
        let (kind, number, count, least, most): (String, Double, Int?, Double?, Double?) = switch value {
        case .counter(let sum): ("counter", sum, nil, nil, nil)
        case .gauge(let value): ("gauge", value, nil, nil, nil)
        case .histogram(let count, let sum, let least, let most): ("histogram", sum, count, least, most)
        }
        self.init(name: series.name, labels: series.labels, hook: series.hook, kind: kind, value: number, count: count, least: least, most: most)
    }
}

extension HookChangeView {
    init(_ change: HookGenerations.Change) { self.init(from: change.from, to: change.to, remarks: change.remarks.map(\.description)) }
}
