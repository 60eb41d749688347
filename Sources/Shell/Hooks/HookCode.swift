internal import Crypto
internal import Foundation

/// The Lua files that hooks may use, the same for every hook of a catalogue.
struct HookCode: Sendable {
    static let boot = "understudy.internal.boot"

    let library: [String: LuaFile]
    let modules: [String: LuaFile]
    /// Of every request: nearly all of it, so encoded once.
    let entries: HookValue.EncodedEntries
    /// SHA-256 of `entries`.
    let digest: [UInt8]

    init(library: [String: LuaFile], modules: [String: LuaFile]) {
        self.library = library
        self.modules = modules
        entries = HookValue.EncodedEntries(Self.entries(of: library.filter { !Self.isForTests($0.key) }.mapValues(\.value), modules))
        digest = Array(SHA256.hash(data: Data(entries.bytes)))
    }

    static func entries(of library: [String: HookValue], _ modules: [String: LuaFile]) -> [String: HookValue] {
        ["library": .map(library), "modules": .map(modules.mapValues(\.value)), "schema": schema]
    }

    /// The test library: as large as the rest, and nothing that a hook could use.
    private static func isForTests(_ module: String) -> Bool { module == "understudy.testing" || module.hasPrefix("understudy.internal.testing.") }

    /// Events and host functions, as the library checks them.
    private static let schema: HookValue = [
        "events": .map(EventSchema.byName.mapValues(\.value)), "node": .list(EventSchema.nodeFields.map { .text($0.name) }),
        "host": .list(HostFunction.all.map(\.value)), "capabilities": .list(HostFunction.capabilities.map(HookValue.text)),
        "header": HookHeader.value,
    ]
}
