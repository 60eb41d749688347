internal import Foundation

/// Processes found in /proc and ended by id.
enum ProcessTree {
    /// The processes at work on a data directory or a file: it is their working directory (PostgreSQL's stay in theirs) or an argument of theirs.
    ///
    /// So they are found without their parent, after an `up` that was killed, and never by a number that is somebody else's by now.
    static func processes(at path: String) -> [Int32] {
        allProcesses().filter { pid in
            guard pid != getpid(), startTime(of: pid) != nil, isOneOfOurs(pid) else { return false }
            return workingDirectory(of: pid) == path || arguments(of: pid).contains(path)
        }
    }

    /// SIGKILL to all processes at these paths, until there are none; false when `seconds` were not enough.
    static func end(_ paths: [String], first: Int32? = nil, seconds: Double = 10) -> Bool {
        if let first { kill(first, SIGKILL) }
        let deadline = Date(timeIntervalSinceNow: seconds)
        while true {
            let left = paths.flatMap(processes(at:))
            if left.isEmpty { return true }
            guard Date() < deadline else { return false }
            for pid in left { kill(pid, SIGKILL) }
            usleep(2000)
        }
    }

    /// When a process was started, in ticks since boot: with its id it names one process for ever. nil when it is gone or a zombie.
    static func startTime(of pid: Int32) -> String? {
        guard let state = field(2, of: pid), state != "Z" else { return nil }
        return field(21, of: pid)
    }

    /// Waits until the process is gone; false when `seconds` were not enough.
    static func waitUntilGone(_ pid: Int32, seconds: Double) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while startTime(of: pid) != nil {
            guard Date() < deadline else { return false }
            usleep(5000)
        }
        return true
    }

    /// Whether it runs a program that a playground starts: nobody's shell or editor is ever ended.
    private static func isOneOfOurs(_ pid: Int32) -> Bool {
        guard let program = link("exe", of: pid)?.split(separator: "/").last else { return false }
        return ["postgres", "initdb", "pg_basebackup", "pg_ctl", "understudy", "understudy (deleted)"].contains(program)
    }

    /// Nil when the process is gone.
    static func workingDirectory(of pid: Int32) -> String? {
        link("cwd", of: pid)
    }

    /// Where a link in /proc/PID points; nil when the process is gone or not ours to look into.
    private static func link(_ name: String, of pid: Int32) -> String? {
        do { return try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/\(name)") } catch { return nil }
    }

    private static func arguments(of pid: Int32) -> [String] {
        let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func allProcesses() -> [Int32] {
        do { return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) } } catch {
            preconditionFailure("/proc cannot be read: \(error)")
        }
    }

    /// A field of /proc/PID/stat, counted from 0, for those behind the name (which may hold blanks).
    private static func field(_ index: Int, of pid: Int32) -> String? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.indices.contains(index - 2) ? String(fields[index - 2]) : nil
    }
}
