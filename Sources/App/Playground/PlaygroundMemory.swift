internal import Foundation

/// Which playgrounds this user has made, newest last, so that `status` and `down` need no directory.
///
/// In the user's own state directory: a name in a directory that everybody writes to could be somebody else's bait.
package enum PlaygroundMemory {
    /// More are forgotten, oldest first.
    private static let most = 32

    /// By the XDG base directory specification.
    private static var path: String {
        let state = ProcessInfo.processInfo.environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory() + "/.local/state"
        return state + "/understudy/playgrounds"
    }

    /// The directory of the newest that still exists; throws when there is none any more.
    package static func last() throws -> String {
        guard let last = known().last(where: { FileManager.default.fileExists(atPath: PlaygroundDescription.path(in: $0)) }) else {
            throw PlaygroundError("there is no playground: make one with `understudy playground up`, or name one with --dir")
        }
        return last
    }

    static func remember(_ directory: String) throws {
        try write(known().filter { $0 != directory && FileManager.default.fileExists(atPath: $0) } + [directory])
    }

    static func forget(_ directory: String) throws {
        let all = known()
        if all.contains(directory) { try write(all.filter { $0 != directory }) }
    }

    private static func known() -> [String] {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func write(_ directories: [String]) throws {
        let folder = URL(filePath: path).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try directories.suffix(most).map { $0 + "\n" }.joined().write(toFile: path, atomically: true, encoding: .utf8)
    }
}
