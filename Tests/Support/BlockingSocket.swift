import Glibc
import PostgresWire

/// A connected socket that blocks, for a peer played by a test; every read gives up after a while.
package final class BlockingSocket: Sendable {
    package enum Failure: Error { case cannotConnect(Int32), timedOut, closed, broken(Int32) }

    /// How long a test waits for bytes before it fails; also how long a scripted node bears to be idle, so longer than a test on busy cores.
    private static let patience = 30

    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        wait(seconds: Self.patience)
    }

    /// How long a read waits from now on.
    package func wait(seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Connects to a port of the loopback.
    package convenience init(port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard status == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Failure.cannotConnect(code)
        }
        self.init(descriptor)
    }

    deinit { Glibc.close(descriptor) }

    package func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure.broken(errno) }
            sent += count
        }
    }

    /// How much of `bytes` goes without waiting.
    package func sendWhatGoes(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { max(0, Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))) }
    }

    package func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count), got = 0
        while got < count {
            let read = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress.map { $0 + got }, count - got, 0) }
            if read == 0 { throw Failure.closed }
            if read < 0 { throw errno == EAGAIN ? Failure.timedOut : Failure.broken(errno) }
            got += read
        }
        return bytes
    }

    /// One whole message: its kind and its body.
    package func message() throws -> (kind: UInt8, body: [UInt8]) {
        let header = try receive(5)
        let length = header[1...].reduce(0) { $0 << 8 | Int($1) }
        return (header[0], try receive(length - 4))
    }

    /// A packet without a kind: the number behind its length, and the rest.
    package func packet() throws -> (code: Int32, body: [UInt8]) {
        let header = try receive(8)
        let numbers = header.withUnsafeBytes { (Int32(bigEndian: $0.loadUnaligned(as: Int32.self)), Int32(bigEndian: $0.loadUnaligned(fromByteOffset: 4, as: Int32.self))) }
        return (numbers.1, try receive(Int(numbers.0) - 8))
    }

    /// Reads this many bytes and keeps none of them.
    package func skip(_ count: Int) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 18), left = count
        while left > 0 {
            let read = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, min($0.count, left), 0) }
            if read == 0 { throw Failure.closed }
            if read < 0 { throw errno == EAGAIN ? Failure.timedOut : Failure.broken(errno) }
            left -= read
        }
    }

    /// Says that nothing more is sent; reading goes on.
    package func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection at once, for both sides.
    package func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
