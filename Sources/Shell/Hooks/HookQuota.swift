/// What a hook process may send for one event, whatever has become of it: the sandbox keeps the administrator's own limits,
/// this bounds what a process can do to the daemon that no longer keeps them.
struct HookQuota {
    /// A log line with its fields is a quarter of this at most.
    static let logBytes = 64 << 10
    /// The most log lines that can be configured, and the most effects there can be.
    static let frames = 120_000
    static let bytes = 256 << 20

    private var frames = 0
    private var bytes = 0

    /// false: this is more than any hook sends.
    mutating func admits(_ frame: HookValue, bytes count: Int) -> Bool {
        frames += 1
        bytes += count
        return frames <= Self.frames && bytes <= Self.bytes && (count <= Self.logBytes || frame["kind"] != "log")
    }
}
