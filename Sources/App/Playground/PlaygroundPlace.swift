internal import Foundation

/// Where a playground can live: its servers run as another user, and their sockets' paths have a limit.
enum PlaygroundPlace {
    /// Longest directory whose sockets' paths fit into the 107 bytes of the system.
    static let longest = 80

    /// Makes `asked`, or a new directory among the temporary ones; returns its path without symbolic links.
    static func make(_ asked: String?, for tools: ServerTools) throws -> String {
        let path = asked.map { URL(filePath: $0).path } ?? fresh(for: tools)
        guard !FileManager.default.fileExists(atPath: PlaygroundDescription.path(in: path)) else {
            throw PlaygroundError("\(path) holds a playground already: end it with `understudy playground down --dir \(path)`")
        }
        if FileManager.default.fileExists(atPath: path), try !FileManager.default.contentsOfDirectory(atPath: path).isEmpty {
            throw PlaygroundError("\(path) is not empty: a playground needs a directory of its own")
        }
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let real = try realPath(path)
        do { try check(real, for: tools) } catch {
            try FileManager.default.removeItem(atPath: real)
            throw error
        }
        return real
    }

    private static func check(_ path: String, for tools: ServerTools) throws {
        guard path.utf8.count <= longest else {
            throw PlaygroundError("\(path) has \(path.utf8.count) bytes, and the sockets in it would be too long a name: at most \(longest), choose another --dir")
        }
        if let user = tools.user, !tools.canPass(above: path) {
            throw PlaygroundError("the servers run as \(user), who may not pass through the directories above \(path): choose another --dir")
        }
    }

    private static func fresh(for tools: ServerTools) -> String {
        let name = "understudy-" + UUID().uuidString.prefix(8).lowercased()
        let parents = [NSTemporaryDirectory(), "/tmp", "/var/tmp"].map { URL(filePath: $0).appending(path: name).path }
        return parents.first { tools.canPass(above: $0) && $0.utf8.count <= longest } ?? parents[0]
    }

    private static func realPath(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw PlaygroundError("\(path) cannot be used: \(String(cString: strerror(errno)))") }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
