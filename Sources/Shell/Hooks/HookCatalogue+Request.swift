internal import Settings

extension HookCatalogue {
    /// What a hook process is sent to look into a hook, or to run its handler for `event`.
    func request(_ task: String, _ hook: Hook, _ event: HookValue?, _ limits: HookLimits) -> HookValue {
        let events = EventSchema.all.map { schema in
            (schema.name, HookValue.list(schema.fields.map { ["name": .text($0.name), "type": .text($0.kind.rawValue)] }))
        }
        let settings = Dictionary(grouping: hook.settings, by: \.hook).mapValues { options in
            HookValue.map(Dictionary(options.map { ($0.option, $0.value) }) { _, last in last })
        }
        return [
            "task": .text(task), "limits": limits.value, "event": event ?? .none,
            "library": .map(library.mapValues(\.value)), "modules": .map(modules.mapValues(\.value)),
            "schema": [
                "events": .map(Dictionary(uniqueKeysWithValues: events)), "node": .list(EventSchema.nodeFields.map { .text($0.name) }),
                "host": .list(HostFunction.all.map(\.value)), "capabilities": .list(HostFunction.capabilities.map(HookValue.text)),
            ],
            "source": ["chunk": .text(hook.file.chunk), "text": .text(hook.file.text), "is_bundled": .boolean(hook.isBundled)],
            "settings": .map(settings),
        ]
    }
}

private extension Settings.HookOption {
    var value: HookValue { ["text": .text(text), "file": .text(place.file), "line": HookValue(place.line)] }
}
