internal import Foundation

/// A program started with its output in a file. Foundation's `Process` is not used: it waits for descriptors that a
/// server started by pg_ctl keeps open for ever.
struct ChildProcess {
    let pid: Int32

    /// `POSIX_SPAWN_SETSID`, which <spawn.h> shows only to `_GNU_SOURCE`.
    private static let newSession: Int16 = 0x80

    /// Starts `command` (absolute path first) in a session of its own, with standard output and error added to `output`.
    init(_ command: [String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Self.newSession)
        let environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }.map { "\($0)=\($1)" }
        var child: pid_t = 0
        let status = Self.withCStrings(command) { arguments in
            Self.withCStrings(environment) { posix_spawn(&child, command[0], &actions, &attributes, arguments, $0) }
        }
        guard status == 0 else { throw PlaygroundError("\(command[0]) cannot be started: \(String(cString: strerror(status)))") }
        pid = child
    }

    /// Waits for the end and returns the exit status (128 + signal when killed); nil after `seconds`: it was killed then.
    func wait(seconds: Double) -> Int32? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            guard Date() < deadline else {
                kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                return nil
            }
            usleep(2000)
        }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    private static func withCStrings<Result>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
