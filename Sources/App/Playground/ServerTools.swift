internal import Foundation

/// PostgreSQL's own programs, run as somebody PostgreSQL accepts: as `postgres` where we are root.
struct ServerTools: Sendable {
    /// Where initdb and pg_ctl are, as pg_config says.
    let bindir: String
    /// The user the servers run as; nil for ours.
    let user: String?

    /// Longest any program here may take.
    private static let limit = 120.0

    init() throws {
        user = geteuid() == 0 ? "postgres" : nil
        let found = try Self.capture(["/usr/bin/env", "pg_config", "--bindir"])
        bindir = found.trimmingCharacters(in: .whitespacesAndNewlines)
        guard FileManager.default.isExecutableFile(atPath: bindir + "/initdb") else {
            throw PlaygroundError("pg_config names \(bindir), but there is no initdb: install the PostgreSQL server package (make deps)")
        }
    }

    /// Runs one of PostgreSQL's programs to its end; throws with what it printed when it fails.
    func run(_ program: String, _ arguments: [String]) throws {
        _ = try Self.capture(asServerUser([bindir + "/" + program] + arguments))
    }

    /// Gives a path, and what is in it, to the servers' user.
    func giveAway(_ path: String) throws {
        if let user { _ = try Self.capture(["/usr/bin/env", "chown", "-R", user, path]) }
    }

    /// Whether the servers' user may pass through every directory above `path`.
    func canPass(above path: String) -> Bool {
        guard let user, let entry = getpwnam(user) else { return true }
        var folder = URL(filePath: path)
        repeat {
            folder.deleteLastPathComponent()
            var status = stat()
            guard stat(folder.path, &status) == 0 else { return false }
            let needed = status.st_uid == entry.pointee.pw_uid ? S_IXUSR : status.st_gid == entry.pointee.pw_gid ? S_IXGRP : S_IXOTH
            if status.st_mode & needed == 0 { return false }
        } while folder.path != "/"
        return true
    }

    private func asServerUser(_ command: [String]) -> [String] {
        guard let user else { return command }
        return ["/usr/bin/env", "setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups", "--"] + command
    }

    private static func capture(_ command: [String]) throws -> String {
        let output = NSTemporaryDirectory() + "understudy-output-\(UUID().uuidString)"
        let process = try ChildProcess(command, output: output), handle = FileHandle(forReadingAtPath: output)
        // Its name is not needed any more, and nobody would take it away if we were killed now.
        unlink(output)
        let status = process.wait(seconds: limit)
        let text = String(decoding: try handle?.readToEnd() ?? Data(), as: UTF8.self)
        guard status == 0 else {
            let how = status.map { "failed with status \($0)" } ?? "did not end within \(Int(limit)) s"
            throw PlaygroundError("\(command.joined(separator: " ")) \(how):\n\(text)")
        }
        return text
    }
}
