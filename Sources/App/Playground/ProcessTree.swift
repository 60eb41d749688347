internal import Foundation

/// Processes found in /proc and ended by id.
enum ProcessTree {
    /// Sends `signal` to a process and to all its children, and returns who they were.
    static func signal(_ pid: Int32, andChildren signal: Int32) -> [Int32] {
        let all = [pid] + children(of: pid)
        for process in all { kill(process, signal) }
        return all
    }

    static func children(of parent: Int32) -> [Int32] {
        allProcesses().filter { field(3, of: $0).flatMap { Int32($0) } == parent }
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
