internal import Settings

extension HookCatalogue {
    /// What a hook process is sent to look into a hook, or to run its handler for `event`.
    func request(_ task: String, _ hook: Hook, _ event: HookValue?, _ limits: HookLimits) -> HookValue {
        [
            "task": .text(task), "limits": limits.value, "event": event ?? .none,
            "library": .map(library.filter { !Self.isForTests($0.key) }.mapValues(\.value)), "modules": .map(modules.mapValues(\.value)), "schema": Self.schema,
            "source": [
                "chunk": .text(hook.file.chunk), "text": .text(hook.file.text), "is_bundled": .boolean(hook.isBundled), "is_restricted": .boolean(hook.isRestricted),
            ],
            "settings": settings(of: hook), "bundled": bundled(event?["name"].text), "nodes": .list(nodes.map(HookValue.text)),
        ]
    }

    /// The test library: as large as the rest, and nothing that a hook could use.
    static func isForTests(_ module: String) -> Bool { module == "understudy.testing" || module.hasPrefix("understudy.internal.testing.") }

    /// Events and host functions, as the library checks them.
    private static let schema: HookValue = [
        "events": .map(EventSchema.byName.mapValues(\.value)), "node": .list(EventSchema.nodeFields.map { .text($0.name) }),
        "host": .list(HostFunction.all.map(\.value)), "capabilities": .list(HostFunction.capabilities.map(HookValue.text)),
        "header": HookHeader.value,
    ]

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
