internal import Foundation
internal import Hooks
internal import Settings

/// The bundled hooks and the Lua library: beside the sources while developing, else where packages put them.
struct SharedFiles {
    let hooks: String
    let library: String
    /// Hooks to begin with.
    let samples: String

    private static let installed = "/usr/share/understudy"
    /// How far above the binary a source tree may begin: `.build/x86_64-…/release/understudy`.
    private static let levels = 5

    /// Throws where neither place has them.
    static func find() throws -> SharedFiles {
        var folder = URL(filePath: try ownExecutable()).deletingLastPathComponent()
        for _ in 0..<levels {
            if let files = SharedFiles(in: folder.path) { return files }
            folder.deleteLastPathComponent()
        }
        guard let files = SharedFiles(in: installed) else {
            throw StartFailure("the bundled hooks are missing: expected hooks/ and lua/ in \(installed), or above the binary")
        }
        return files
    }

    /// Where the hooks of a configuration are.
    static func directories(_ settings: Settings) throws -> HookDirectories {
        let files = try find()
        return HookDirectories(library: files.library, bundled: files.hooks, site: settings[\.daemon.hookDirectory])
    }

    private init?(in folder: String) {
        (hooks, library, samples) = (folder + "/hooks", folder + "/lua", folder + "/samples/hooks")
        guard FileManager.default.fileExists(atPath: hooks + "/failover.lua"), FileManager.default.fileExists(atPath: library + "/understudy/init.lua") else { return nil }
    }
}
