import Foundation
import Glibc
import Synchronization
@testable import Hooks

/// A host for `us.http`: answers each request by its path, and keeps what it was sent.
final class EchoServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[String]>([])

    /// Every request as it came.
    var requests: [String] { seen.withLock { $0 } }

    init() {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                precondition(bind(listener, $0, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &size) == 0)
            }
        }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        OwnThread.detach { [self] in serve() }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve() {
        while case let client = accept(listener, nil, nil), client >= 0 {
            let request = Self.read(client)
            seen.withLock { $0.append(request) }
            let bytes = Array(answer(request).utf8)
            bytes.withUnsafeBytes { _ = send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            close(client)
        }
        close(listener)
    }

    private func answer(_ request: String) -> String {
        let words = request.split(separator: " "), path = words.count > 1 ? String(words[1]) : ""
        let reply: (Int, String, String) -> String = { status, headers, body in "HTTP/1.1 \(status) X\r\n\(headers)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)" }
        switch path {
        case "/json": return reply(200, "Content-Type: application/json\r\n", "{\"count\":2}")
        case "/away": return reply(302, "Location: http://localhost:\(port)/json\r\n", "")
        case "/elsewhere": return reply(302, "Location: http://other.invalid/\r\n", "")
        case "/round": return reply(307, "Location: /round\r\n", "")
        case "/missing": return reply(404, "", "no such thing")
        case "/full": return reply(200, "", String(repeating: "x", count: HTTPDesk.bodyLimit))
        case "/large": return reply(200, "", String(repeating: "x", count: HTTPDesk.bodyLimit + 1))
        case "/hang":
            sleep(3)
            return ""
        default: return reply(200, "", request)
        }
    }

    /// The head, and as much of a body as it announces.
    private static func read(_ client: Int32) -> String {
        var bytes: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let length = text[..<end.lowerBound].split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
                if text[end.upperBound...].utf8.count >= length { return text }
            }
            let count = recv(client, &chunk, chunk.count, 0)
            if count <= 0 { return text }
            bytes += chunk[..<count]
        }
    }
}

private enum OwnThread {
    static func detach(_ body: @escaping @Sendable () -> Void) {
        final class Box { let body: @Sendable () -> Void; init(_ body: @escaping @Sendable () -> Void) { self.body = body } }
        var thread = pthread_t()
        pthread_create(&thread, nil, { argument in
            argument.map { Unmanaged<Box>.fromOpaque($0).takeRetainedValue().body() }
            return nil
        }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }
}
