internal import CLinux
internal import Foundation

/// A program started with its output in a file. Foundation's `Process` is not used: it waits for descriptors that a
/// server started by pg_ctl keeps open for ever.
struct ChildProcess {
    let pid: Int32

    /// Starts `command` in a session of its own, with standard output and error added to `output`. It inherits nothing else that
    /// we hold open: a server would keep it open for ever, and whoever waits for its end with it.
    init(_ command: [String], output: String) throws {
        let environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { $1 }.map { "\($0)=\($1)" }
        var child: pid_t = 0
        let status = Self.withCStrings(command) { arguments in
            Self.withCStrings(environment) { understudy_spawn(&child, arguments, $0, output) }
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
