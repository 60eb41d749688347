internal import Foundation

/// Which playground this user made last, so that `status` and `down` need no directory.
package enum PlaygroundMemory {
    private static var path: String { NSTemporaryDirectory() + "understudy-playground-\(geteuid())" }

    /// The directory of the last `up`; throws when there is none any more.
    package static func last() throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PlaygroundError("there is no playground: make one with `understudy playground up`, or name one with --dir")
        }
        return String(decoding: data, as: UTF8.self)
    }

    static func remember(_ directory: String) throws { try directory.write(toFile: path, atomically: true, encoding: .utf8) }

    static func forget(_ directory: String) {
        if let data = FileManager.default.contents(atPath: path), String(decoding: data, as: UTF8.self) == directory { unlink(path) }
    }
}
