internal import CLinux
internal import Glibc
internal import Reactor

/// A hook process as the daemon holds it: frames out, frames in, and its end.
///
/// Nothing here blocks. Whoever holds it ends it with `end`: only then is the process reaped and every descriptor closed.
actor HookChild {
    enum Received: Sendable {
        case frame(HookValue)
        /// The process is gone, or closed its end.
        case closed
        case timedOut
        /// Bytes that are no frame.
        case malformed
    }

    /// The process or the system refused to start.
    struct StartFailure: Error { let reason: String }

    private let process: understudy_child
    private let waiter: DescriptorWaiter
    private var received: [UInt8] = []
    private var quota = HookQuota()
    private var hasEnded = false

    nonisolated var pid: Int32 { process.pid }

    init(executable: String, waiter: DescriptorWaiter) throws(StartFailure) {
        var child = understudy_child()
        let error = understudy_start_child(executable, "hook-host", &child)
        guard error == 0 else { throw StartFailure(reason: "\(executable) hook-host: \(String(cString: strerror(error)))") }
        process = child
        self.waiter = waiter
    }

    /// Another event begins, with a quota of its own.
    func begin() { quota = HookQuota() }

    /// false when it could not be sent whole before `deadline`.
    func send(_ frame: [UInt8], until deadline: Monotonic) async -> Bool {
        var rest = frame[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.send(process.channel, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if sent > 0 {
                rest = rest.dropFirst(sent)
            } else if sent < 0, errno == EAGAIN {
                guard await waiter.wait(for: process.channel, .writable, until: deadline) == .ready else { return false }
            } else if sent < 0, errno == EINTR {
                continue
            } else {
                return false
            }
        }
        return true
    }

    /// The next frame, or why there is none.
    func receive(until deadline: Monotonic) async -> Received {
        while true {
            if let result = takeFrame() { return result }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = read(process.channel, &chunk, chunk.count)
            if count > 0 {
                received += chunk[..<count]
            } else if count < 0, errno == EAGAIN {
                guard await waiter.wait(for: process.channel, .readable, until: deadline) == .ready else { return .timedOut }
            } else if count < 0, errno == EINTR {
                continue
            } else {
                return .closed
            }
        }
    }

    /// Returns when the process says something, or ends, or `deadline` passed, or the task was cancelled.
    func waitForSigns(until deadline: Monotonic) async -> DescriptorWaiter.Outcome {
        await waiter.wait(for: process.channel, .readable, until: deadline)
    }

    private func takeFrame() -> Received? {
        guard received.count >= HookFrame.headBytes else { return nil }
        guard let count = HookFrame.bodyCount(received[..<HookFrame.headBytes]) else { return .malformed }
        guard received.count >= HookFrame.headBytes + count else { return nil }
        let body = Array(received[HookFrame.headBytes..<HookFrame.headBytes + count])
        received.removeFirst(HookFrame.headBytes + count)
        let value: HookValue
        do { value = try HookValue(decoding: body) } catch { return .malformed }
        return quota.admits(value, bytes: count) ? .frame(value) : .malformed
    }

    /// Whether the process can be given work, as far as one can tell without waiting: it runs, and nobody stopped it.
    func isReady() -> Bool {
        var poll = pollfd(fd: process.process, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) == 0 && understudy_is_stopped(process.pid) == 0
    }

    /// What the process wrote to its standard error since the last call; as much as a pipe holds.
    func takeErrors() -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = read(process.errors, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }

    /// Ends the process, by closing the socket and after `patience` by SIGKILL, and reaps it. Its status as wait() gives
    /// it, and its last words; a second call gives nothing. A hook at work is ended with it; with `isCancel` it may close
    /// first what is to be closed.
    func end(patience: Duration, isCancel: Bool = false) async -> (status: Int32, words: String)? {
        guard !hasEnded else { return nil }
        hasEnded = true
        // Half closed, the process can still write: that is how it knows a cancel from a daemon that is gone.
        shutdown(process.channel, Int32(isCancel ? SHUT_WR : SHUT_RDWR))
        // A cancelled task cannot wait, and a process must be reaped all the same.
        let status = await Task.detached { [process, waiter] in await Self.reap(process, patience, waiter) }.value
        let words = takeErrors()
        for descriptor in [process.channel, process.errors, process.process] { close(descriptor) }
        return (status, words)
    }

    private static func reap(_ process: understudy_child, _ patience: Duration, _ waiter: DescriptorWaiter) async -> Int32 {
        var child = process, status: Int32 = 0
        if await waiter.wait(for: process.process, .readable, until: .now() + patience) == .timedOut { understudy_kill_child(&child) }
        // SIGKILL cannot be refused; a process that the kernel holds is waited for without holding a thread.
        while understudy_reap_child(&child, &status) == 0 {
            _ = await waiter.wait(for: process.process, .readable, until: .now() + .seconds(1))
        }
        return status
    }
}
