internal import CLinux
package import Foundation
package import Reactor

/// One end of a control conversation; closes its socket when released. Used by one task at a time.
package final class ControlConnection: Sendable {
    /// Why a conversation ended early.
    package enum Failure: Error, CustomStringConvertible {
        case timedOut
        case lineTooLong
        case socket(SocketError)

        package var description: String {
            switch self {
            case .timedOut: "the other side did not answer in time"
            case .lineTooLong: "a line is longer than \(ControlLine.limit) bytes"
            case .socket(let error): error.description
            }
        }
    }

    private let socket: Int32
    private let waiter: DescriptorWaiter
    /// What was read past the last line; touched only by the one task that reads.
    nonisolated(unsafe) private var unread = Data()

    init(_ socket: Int32, waiter: DescriptorWaiter) {
        self.socket = socket
        self.waiter = waiter
    }

    deinit { close(socket) }

    /// Connects to a daemon's control socket.
    package convenience init(path: String, waiter: DescriptorWaiter) throws(SocketError) {
        guard let address = SocketAddress(path: path) else { throw SocketError("connect", code: ENAMETOOLONG) }
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError("socket") }
        guard address.withPointer({ connect(descriptor, $0, $1) }) == 0, fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else {
            let error = SocketError("connect")
            close(descriptor)
            throw error
        }
        self.init(descriptor, waiter: waiter)
    }

    /// The other side's user, as `uid 1000 (pid 4711)`.
    var peer: String {
        var pid: pid_t = 0, uid: uid_t = 0, gid: gid_t = 0
        guard understudy_peer_credentials(socket, &pid, &uid, &gid) == 0 else { return "unknown" }
        return "uid \(uid) (pid \(pid))"
    }

    /// The next line without its end; nil when the other side closed.
    package func readLine(until deadline: Monotonic) async throws(Failure) -> Data? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[(end + 1)...]) }
                return Data(unread[..<end])
            }
            guard unread.count < ControlLine.limit else { throw .lineTooLong }
            guard try await fill(until: deadline) else { return nil }
        }
    }

    /// False at the end of the stream.
    private func fill(until deadline: Monotonic) async throws(Failure) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            if count > 0 {
                unread.append(contentsOf: buffer[..<count])
                return true
            }
            if count == 0 { return false }
            guard errno == EAGAIN || errno == EINTR else { throw .socket(SocketError("recv")) }
            guard await waiter.wait(for: socket, .readable, until: deadline) == .ready else { throw .timedOut }
        }
    }

    /// Returns when the other side has closed; requests that wait meanwhile stay unread.
    func untilHungUp() async {
        // A copy, because a descriptor takes one wait at a time and `write` may need its own.
        let watched = dup(socket)
        guard watched >= 0 else { return }
        defer { close(watched) }
        while !Task.isCancelled {
            var byte: UInt8 = 0
            let count = recv(watched, &byte, 1, Int32(MSG_PEEK))
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return }
            if count > 0 { await waiter.sleep(.milliseconds(100)) } else { _ = await waiter.wait(for: watched, .readable, until: .now() + .seconds(3600)) }
        }
    }

    /// Sends every byte, or throws at the deadline.
    package func write(_ data: Data, until deadline: Monotonic) async throws(Failure) {
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            guard errno == EAGAIN || errno == EINTR else { throw .socket(SocketError("send")) }
            guard await waiter.wait(for: socket, .writable, until: deadline) == .ready else { throw .timedOut }
        }
    }
}
