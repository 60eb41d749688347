internal import Foundation

/// A throwaway cluster as its directory remembers it, and as `playground up --json` prints it.
package struct PlaygroundDescription: Codable, Sendable, Hashable {
    /// One server.
    package struct Node: Codable, Sendable, Hashable {
        package var id: Int
        package var port: Int
        package var pgdata: String
        /// What it was made as; `status` asks the server.
        package var role: String
    }

    /// One daemon.
    package struct Member: Codable, Sendable, Hashable {
        package var id: Int
        package var port: Int
        /// 0 while it does not run.
        package var pid: Int
    }

    package var dir: String
    /// The service port.
    package var port: Int
    /// A user whose secret the daemon knows.
    package var user: String
    package var database: String
    /// The control socket.
    package var socket: String
    package var nodes: [Node]
    package var members: [Member]
    /// Passwords of every role, in libpq's format.
    package var passfile: String
    /// Standbys that a commit waits for.
    package var sync: Int

    /// Where the description of the playground in `directory` is kept.
    static func path(in directory: String) -> String { directory + "/playground.json" }

    /// Reads what `up` wrote.
    package static func load(from directory: String) throws -> PlaygroundDescription {
        let path = path(in: directory)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PlaygroundError("there is no playground in \(directory): make one with `understudy playground up --dir \(directory)`")
        }
        return try JSONDecoder().decode(PlaygroundDescription.self, from: data)
    }

    func save() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try encoder.encode(self).write(to: URL(filePath: Self.path(in: dir)), options: .atomic)
    }
}

/// A playground that cannot be made or used; says what to do where something can be done.
package struct PlaygroundError: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
