internal import CLinux
internal import CLuaBridge
internal import Glibc

/// The hook process itself, `understudy hook-host`: runs hook code that the daemon sends on descriptor 0, and nothing else.
///
/// It reads what begins and its limits, then a request, runs that in a fresh sandbox, passes each call of the hook up and each answer down, and reports;
/// then it waits for the next request. It ends when the daemon's end of the socket does.
package enum HookHostProcess {
    /// Address space beyond what the process has at its start; what a hook may hold is limited more tightly by the sandbox.
    private static let memory: UInt64 = 256 << 20
    /// Seconds that the system's own limit of CPU time leaves beyond ours, should everything else fail.
    private static let spareSeconds: UInt64 = 5
    private static let channel: Int32 = 0

    private static var niceness: Int32 { getpriority(Int32(PRIO_PROCESS.rawValue), 0) }

    /// Never returns.
    package static func run() -> Never {
        guard understudy_confine(memory) == 0 else { stop("cannot limit itself: \(String(cString: strerror(errno)))") }
        let nicenessAtStart = niceness
        while let head = readFrame() {
            serve(head)
            // Its thread made the process give way to traffic, and that cannot be taken back: the daemon starts another.
            if niceness > nicenessAtStart { break }
        }
        exit(0)
    }

    private static func serve(_ bytes: [UInt8]) {
        let head: HookValue
        do { head = try HookValue(decoding: bytes) } catch { stop("the daemon sent a malformed request: \(error)") }
        guard var settings = sandbox_limits(head["limits"], channel: channel), let chunk = head["boot"]["chunk"].text, let text = head["boot"]["text"].text
        else { stop("the daemon sent a request without limits or library") }
        guard let request = readFrame() else { exit(0) }
        guard understudy_limit_cpu((settings.cpu_nanoseconds + settings.grace_nanoseconds) / 1_000_000_000 + spareSeconds) == 0 else {
            stop("cannot limit its CPU time")
        }
        guard let sandbox = sandbox_create(&settings) else { stop("there is no memory for a sandbox") }
        defer { sandbox_destroy(sandbox) }
        var status = sandbox_start(sandbox, "@" + chunk, text, text.utf8.count, request, request.count)
        while true {
            report(sandbox)
            guard status == SANDBOX_CALL else { return }
            if let answer = readFrame() { status = sandbox_resume(sandbox, answer, answer.count) } else { status = sandbox_cancel(sandbox) }
        }
    }

    private static func report(_ sandbox: OpaquePointer) {
        var count = 0
        let output = sandbox_output(sandbox, &count)
        guard let output, count > 0 else { stop("there is no memory for a report") }
        var head: [UInt8] = []
        head.append(littleEndian: UInt32(count))
        guard head.withUnsafeBytes(write), write(UnsafeRawBufferPointer(start: output, count: count)) else { exit(0) }
    }

    private static func readFrame() -> [UInt8]? {
        guard let head = read(HookFrame.headBytes) else { return nil }
        guard let count = HookFrame.bodyCount(head[...]) else { stop("the daemon sent a frame over \(HookFrame.maximumBytes) bytes") }
        return read(count)
    }

    /// Exactly `count` bytes; nil at the end of the stream.
    private static func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let received = bytes.withUnsafeMutableBytes { Glibc.read(channel, $0.baseAddress?.advanced(by: done), count - done) }
            if received < 0, errno == EINTR { continue }
            if received <= 0 { return nil }
            done += received
        }
        return bytes
    }

    /// false: the daemon is gone.
    private static func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var done = 0
        while done < bytes.count {
            let sent = send(channel, bytes.baseAddress?.advanced(by: done), bytes.count - done, Int32(MSG_NOSIGNAL))
            if sent < 0, errno == EINTR { continue }
            if sent <= 0 { return false }
            done += sent
        }
        return true
    }

    /// What went wrong goes to the daemon's log, by way of descriptor 2.
    private static func stop(_ reason: String) -> Never {
        let words = Array("understudy hook-host: \(reason)\n".utf8)
        // Where nobody listens there is nobody to tell.
        _ = Glibc.write(STDERR_FILENO, words, words.count)
        exit(1)
    }
}

extension sandbox_limits {
    /// As the daemon writes them; nil when one is missing.
    fileprivate init?(_ value: HookValue, channel: Int32) {
        guard let budget = value["budget"].integer, let slice = value["slice"].integer, let cpu = value["cpu"].integer, let grace = value["grace"].integer,
              let memory = value["memory"].integer, let text = value["text"].integer, let lines = value["log_lines"].integer,
              min(budget, slice, cpu, grace, memory, text, lines) >= 0
        else { return nil }
        self.init(memory: Int(memory), string: Int(text), budget_nanoseconds: UInt64(budget), slice_nanoseconds: UInt64(slice), cpu_nanoseconds: UInt64(cpu),
                  grace_nanoseconds: UInt64(grace), log_lines: Int32(clamping: lines), channel: channel)
    }
}
