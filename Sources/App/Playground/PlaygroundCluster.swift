internal import Foundation

/// A throwaway cluster of real servers, real replication and a real daemon, all under one directory.
///
/// Blocking, and for one caller at a time: command line and tests, never the daemon.
package final class PlaygroundCluster: @unchecked Sendable {
    // One caller at a time; see above.
    package private(set) var description: PlaygroundDescription
    let tools: ServerTools
    let executable: String

    package static let database = "app"
    /// The role for probes and hooks: the servers' superuser.
    package static let controlUser = "understudy"
    /// Who looks, and may do no more.
    static let monitorUser = "monitor"

    /// What to make.
    package struct Options: Sendable {
        /// nil: a new one under the temporary directory.
        package var directory: String?
        package var standbys = 2
        package var sync = 0
        /// Lines for understudy.conf, over those that `up` writes.
        package var settings: [(name: String, value: String)] = []
        /// The binary that serves.
        package var executable: String
        /// Whether to start the daemon.
        package var startsDaemon = true

        package init(executable: String) { self.executable = executable }
    }

    init(description: PlaygroundDescription, tools: ServerTools, executable: String) {
        self.description = description
        self.tools = tools
        self.executable = executable
    }

    /// The cluster that `up` made in `directory`.
    package convenience init(directory: String, executable: String) throws {
        try self.init(description: .load(from: directory), tools: ServerTools(), executable: executable)
    }

    package var directory: String { description.dir }
    package var socketDirectory: String { directory + "/run" }
    package var passfile: String { description.passfile }
    /// The daemon's understudy.conf.
    package var configurationFile: String { directory + "/understudy.conf" }

    // MARK: Servers

    /// Logs in to a node itself, as the control role.
    package func connect(toNode id: Int, database: String = "postgres") throws -> SQLClient {
        try SQLClient(host: "127.0.0.1", port: node(id).port, user: Self.controlUser, database: database, passfile: passfile, timeout: 5)
    }

    /// Logs in through the proxy.
    package func connect(user: String = "app", timeout: Int = 30) throws -> SQLClient {
        try SQLClient(host: "127.0.0.1", port: description.port, user: user, database: Self.database, passfile: passfile, timeout: timeout)
    }

    /// Starts a node's server and waits until it accepts connections.
    package func startNode(_ id: Int) throws {
        // A server killed with SIGKILL leaves its locks behind, and where init is slow to reap it PostgreSQL would believe that it runs.
        if postmaster(of: id) == nil {
            unlink(node(id).pgdata + "/postmaster.pid")
            unlink(socketDirectory + "/.s.PGSQL.\(node(id).port).lock")
        }
        try tools.run("pg_ctl", ["start", "-w", "-D", node(id).pgdata, "-l", logfile(id)])
    }

    /// Stops a node's server with pg_ctl and waits until it is gone.
    package func stopNode(_ id: Int, mode: String = "fast") throws {
        try tools.run("pg_ctl", ["stop", "-w", "-m", mode, "-D", node(id).pgdata])
    }

    /// SIGKILL to the postmaster and all its children; returns when they are gone.
    package func killNode(_ id: Int) throws {
        guard let pid = postmaster(of: id) else { throw PlaygroundError("node \(id) does not run") }
        // The postmaster first: it starts no children any more.
        guard ProcessTree.end([node(id).pgdata], first: pid) else { throw PlaygroundError("node \(id) has processes that survived SIGKILL") }
    }

    /// Sends a signal to a node's postmaster and all its children.
    package func signalNode(_ id: Int, _ signal: Int32) throws {
        guard let pid = postmaster(of: id) else { throw PlaygroundError("node \(id) does not run") }
        for process in [pid] + ProcessTree.processes(at: node(id).pgdata).filter({ $0 != pid }) { kill(process, signal) }
    }

    /// The node that is writable, as the servers say; nil when none answers so.
    package func primary() -> Int? { nodes(as: "primary").first }

    /// The nodes that say they are this, `primary` or `standby`.
    func nodes(as role: String) -> [Int] {
        description.nodes.map(\.id).filter { postmaster(of: $0) != nil && self.role(of: $0) == role }
    }

    /// The process of a node's postmaster; nil when it does not run.
    package func postmaster(of id: Int) -> Int32? {
        guard let data = FileManager.default.contents(atPath: node(id).pgdata + "/postmaster.pid"),
              let line = String(decoding: data, as: UTF8.self).split(separator: "\n").first, let pid = Int32(line),
              // The file outlives a killed server, and its number may be somebody else's by now.
              ProcessTree.startTime(of: pid) != nil, ProcessTree.workingDirectory(of: pid) == node(id).pgdata else { return nil }
        return pid
    }

    func node(_ id: Int) -> PlaygroundDescription.Node {
        guard let node = description.nodes.first(where: { $0.id == id }) else { preconditionFailure("there is no node \(id)") }
        return node
    }

    func logfile(_ id: Int) -> String { directory + "/log/node\(id).log" }

    // MARK: The daemon

    /// Starts the daemon and waits until it serves; throws with the end of its log when it does not.
    package func startDaemon(waits: Bool = true) throws {
        let log = directory + "/log/understudy.log"
        let command = [executable, "serve", "--file", configurationFile] + (geteuid() == 0 ? ["--allow-root"] : [])
        let process = try ChildProcess(command, output: log)
        description.members[0].pid = Int(process.pid)
        try description.save()
        try rememberDaemon(process.pid)
        if waits { try waitForDaemon(log) }
    }

    private func waitForDaemon(_ log: String) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        var last = "it did not answer"
        while Date() < deadline {
            do {
                _ = try connect(timeout: 5).query("SELECT 1")
                return
            } catch { last = "\(error)" }
            if daemon == nil { break }
            usleep(20_000)
        }
        let tail = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self).split(separator: "\n").suffix(15).joined(separator: "\n")
        throw PlaygroundError("the daemon does not serve: \(last)\nthe end of \(log):\n\(tail)")
    }

    /// The daemon's process; nil when it does not run.
    package var daemon: Int32? {
        guard let data = FileManager.default.contents(atPath: daemonFile) else { return nil }
        let words = String(decoding: data, as: UTF8.self).split(separator: " ").map(String.init)
        guard words.count == 2, let pid = Int32(words[0]), ProcessTree.startTime(of: pid) == words[1] else { return nil }
        return pid
    }

    /// Sends a signal to the daemon and returns when it is gone.
    package func stopDaemon(signal: Int32 = SIGTERM) throws {
        guard let pid = daemon else { return }
        kill(pid, signal)
        guard ProcessTree.waitUntilGone(pid, seconds: 20) else { throw PlaygroundError("the daemon \(pid) did not stop within 20 s of signal \(signal)") }
    }

    private var daemonFile: String { directory + "/daemon" }

    /// Process id and start time: a pid alone may be somebody else's later.
    private func rememberDaemon(_ pid: Int32) throws {
        guard let time = ProcessTree.startTime(of: pid) else { throw PlaygroundError("the daemon ended at once: see \(directory)/log/understudy.log") }
        try "\(pid) \(time)".write(toFile: daemonFile, atomically: true, encoding: .utf8)
    }

    /// The description, with what runs now.
    package func status() -> PlaygroundDescription {
        var now = description
        for index in now.nodes.indices {
            let id = now.nodes[index].id
            now.nodes[index].role = if postmaster(of: id) == nil { "down" } else { role(of: id) ?? "unknown" }
        }
        now.members[0].pid = daemon.map(Int.init) ?? 0
        return now
    }

    /// As the server itself says; nil when it does not answer.
    private func role(of id: Int) -> String? {
        do { return try connect(toNode: id).query("SELECT pg_is_in_recovery()").first?.first == "t" ? "standby" : "primary" } catch { return nil }
    }

    // MARK: The end

    /// Ends every process of the playground and removes its directory.
    package func down() throws {
        if let pid = daemon {
            kill(pid, SIGQUIT)
            if !ProcessTree.waitUntilGone(pid, seconds: 5) { kill(pid, SIGKILL) }
        }
        // Also what an `up` that was killed half-way has left.
        let paths = description.nodes.map(\.pgdata) + [configurationFile]
        guard ProcessTree.end(paths) else { throw PlaygroundError("\(directory) has processes that survived SIGKILL: \(paths.flatMap(ProcessTree.processes(at:)))") }
        for node in description.nodes { SharedSegment(leftIn: node.pgdata)?.remove() }
        try FileManager.default.removeItem(atPath: directory)
        try PlaygroundMemory.forget(directory)
    }
}
