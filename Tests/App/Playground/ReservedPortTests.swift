import Foundation
import Testing
@testable import Playground

@Suite("Reserved ports")
struct ReservedPortTests {
    @Test("A reserved port is nobody else's, yet the server it is for can listen on it")
    func reserved() throws {
        let ports = try (0..<50).map { _ in try ReservedPort() }
        withExtendedLifetime(ports) {
            #expect(Set(ports.map(\.number)).count == 50)
            #expect(listens(on: ports[0].number, reusing: true))
            #expect(!listens(on: ports[1].number, reusing: false))
        }
    }

    private func listens(on port: Int, reusing: Bool) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var on: Int32 = reusing ? 1 : 0
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
        }
        return isBound && listen(descriptor, 1) == 0
    }
}
