internal import CLinux
internal import CLuaBridge
internal import Glibc

/// The hook process itself, `understudy hook-host`: runs hook code that the daemon sends on descriptor 0, and nothing else.
///
/// It reads a request, runs it in a fresh sandbox, passes each call of the hook up and each answer down, and reports;
/// then it waits for the next request. It ends when the daemon's end of the socket does.
package enum HookHostProcess {
    /// Address space beyond what the process has at its start; what a hook may hold is limited more tightly by the sandbox.
    private static let memory: UInt64 = 256 << 20
    /// CPU seconds of one event, should everything else fail.
    private static let cpuSeconds: UInt64 = 10
    private static let channel: Int32 = 0

    /// Never returns.
    package static func run() -> Never {
        guard understudy_confine(memory) == 0 else { stop("cannot limit itself: \(String(cString: strerror(errno)))") }
        while let request = readFrame() {
            guard understudy_limit_cpu(cpuSeconds) == 0 else { stop("cannot limit its CPU time") }
            serve(request)
        }
        exit(0)
    }

    private static func serve(_ bytes: [UInt8]) {
        let request: HookValue
        do { request = try HookValue(decoding: bytes) } catch { stop("the daemon sent a malformed request: \(error)") }
        let limits = request["limits"]
        guard let budget = limits["budget"].integer, let slice = limits["slice"].integer, let grace = limits["grace"].integer,
              let memory = limits["memory"].integer, min(budget, slice, grace, memory) >= 0,
              let boot = request["library"]["understudy.internal.boot"].map, let chunk = boot["chunk"]?.text, let text = boot["text"]?.text
        else { stop("the daemon sent a request without limits or library") }
        var settings = sandbox_limits(memory: Int(memory), budget_nanoseconds: UInt64(budget), slice_nanoseconds: UInt64(slice),
                                      grace_nanoseconds: UInt64(grace), channel: channel)
        guard let sandbox = sandbox_create(&settings) else { stop("there is no memory for a sandbox") }
        defer { sandbox_destroy(sandbox) }
        var status = sandbox_start(sandbox, "@" + chunk, text, text.utf8.count, bytes, bytes.count)
        while true {
            report(sandbox)
            guard status == SANDBOX_CALL else { return }
            guard let answer = readFrame() else { exit(0) }
            status = sandbox_resume(sandbox, answer, answer.count)
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
