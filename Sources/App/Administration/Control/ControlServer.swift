internal import CLinux
package import Foundation
package import Logging
package import Reactor

/// Answers the command line on the control socket: one JSON object a line, several requests a connection.
///
/// Who asks is known by SO_PEERCRED; the socket's mode decides who may ask at all.
package struct ControlServer: Sendable {
    /// Answers one request: sends one line or more, in order. Cancelled when the asker hangs up.
    package typealias Responder = @Sendable (ControlRequest, _ requestedBy: String, _ send: Send) async throws -> Void
    /// Writes one line; throws when the asker is gone or does not read.
    package typealias Send = @Sendable (Data) async throws -> Void

    /// Conversations at a time; a further one waits in the kernel's queue.
    private static let conversations = 64
    private static let writeTimeout = Duration.seconds(10)

    private let listener: Listener
    private let waiter: DescriptorWaiter
    private let logger: Logger
    private let respond: Responder

    /// Listens at `path`. `group`: whose members may ask too (mode 0660), nil for nobody (0600).
    package init(path: String, group: UInt32?, waiter: DescriptorWaiter, logger: Logger, respond: @escaping Responder) throws(SocketError) {
        listener = try Listener(path: path, mode: group == nil ? 0o600 : 0o660, group: group, backlog: 16)
        self.waiter = waiter
        self.logger = logger
        self.respond = respond
    }

    /// Serves until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            let free = AsyncSemaphore(Self.conversations)
            while !Task.isCancelled {
                await free.wait()
                guard let socket = await accept() else { break }
                group.addTask {
                    await self.converse(ControlConnection(socket, waiter: waiter))
                    free.signal()
                }
            }
            group.cancelAll()
        }
    }

    private func accept() async -> Int32? {
        while !Task.isCancelled {
            do {
                if let socket = try listener.accept() { return socket }
                _ = await waiter.wait(for: listener.descriptor, .readable, until: .now() + .seconds(3600))
            } catch {
                logger.warning("the control socket cannot accept: \(error)")
                await waiter.sleep(.milliseconds(200))
            }
        }
        return nil
    }

    private func converse(_ connection: ControlConnection) async {
        do {
            while let line = try await connection.readLine(until: .now() + .seconds(3600)) {
                try await answer(line, connection)
            }
        } catch {
            logger.debug("a control connection ended: \(error)")
        }
    }

    private func answer(_ line: Data, _ connection: ControlConnection) async throws {
        let request: ControlRequest
        do { request = try JSONDecoder().decode(ControlRequest.self, from: line) } catch {
            let expected = #"expected one JSON object a line, such as {"command":"status"}"#
            try await connection.write(try ControlLine.encode(ControlReply<String>(error: expected)), until: .now() + Self.writeTimeout)
            return
        }
        let peer = connection.peer
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await respond(request, peer) { try await connection.write($0, until: .now() + Self.writeTimeout) } }
            group.addTask { await connection.untilHungUp() }
            try await group.next()
            group.cancelAll()
        }
    }
}
