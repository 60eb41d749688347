internal import Settings

extension HookCatalogue {
    /// Looks into a hook, or runs its handler for `event`; `more` is what the task needs besides.
    func errand(_ task: String, _ hook: Hook, _ event: HookValue?, _ limits: HookLimits, _ more: [String: HookValue] = [:]) -> HookErrand {
        let own: [String: HookValue] = [
            "task": .text(task), "event": event ?? .none, "bundled": bundled(event?["name"].text),
        ]
        return HookErrand(boot: code.library[HookCode.boot], limits: limits, code: code.entries, own: own.merging(words(of: hook)) { $1 }.merging(more) { $1 })
    }

    /// What is sent of a hook, whatever the event.
    func words(of hook: Hook) -> [String: HookValue] {
        [
            "source": [
                "chunk": .text(hook.file.chunk), "text": .text(hook.file.text), "is_bundled": .boolean(hook.isBundled), "is_restricted": .boolean(hook.isRestricted),
            ],
            "settings": settings(of: hook), "nodes": .list(nodes.map(HookValue.text)),
        ]
    }

    /// The hook's own options, and those of the bundled hooks that it may call.
    private func settings(of hook: Hook) -> HookValue {
        let all = hook.settings + hooks.filter { $0.isBundled && $0.segment != hook.segment }.flatMap(\.settings)
        return .map(Dictionary(grouping: all, by: \.hook).mapValues { options in
            .map(Dictionary(options.map { ($0.option, $0.value) }) { _, last in last })
        })
    }

    /// The bundled handler of the event, for `us.bundled`.
    private func bundled(_ event: String?) -> HookValue {
        guard let event, let hook = hooks.first(where: { $0.isBundled && $0.events.contains(event) }) else { return .map([:]) }
        return .map([event: hook.file.value])
    }
}

private extension Settings.HookOption {
    var value: HookValue { ["text": .text(text), "file": .text(place.file), "line": HookValue(place.line)] }
}
