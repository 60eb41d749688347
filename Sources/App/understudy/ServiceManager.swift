internal import Foundation
internal import Reactor

/// Tells systemd how the service is, where it asked to be told (`Type=notify`).
///
/// Source: sd_notify(3).
enum ServiceManager {
    static func tell(_ state: String) {
        guard let path = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"], path.hasPrefix("/"), let address = SocketAddress(path: path) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = address.withPointer { sendto(descriptor, state, state.utf8.count, Int32(MSG_NOSIGNAL), $0, $1) }
    }
}
