internal import Synchronization
import Glibc
package import PostgresWire
import Reactor

/// A node played by a test: real sockets on the loopback, one thread for each connection.
package final class ScriptedBackend: Sendable {
    /// One connection to the node, behind its startup packet.
    package struct Connection: Sendable {
        package let socket: BlockingSocket
        /// Counts from 0 in the order of accepting.
        package let number: Int

        package func send(_ build: (inout MessageWriter) -> Void) throws {
            var writer = MessageWriter()
            build(&writer)
            try socket.send(writer.bytes)
        }

        /// Lets the client in without a question.
        package func welcome(standby: Bool = false) throws {
            try send {
                $0.authenticationOK()
                $0.parameterStatus("in_hot_standby", standby ? "on" : "off")
                BackendKey(process: Int32(1000 + number), secret: 4242).write(to: &$0)
                $0.readyForQuery(.idle)
            }
        }

        /// Answers every Query by its own text, until the client leaves. `BEGIN` opens a transaction, which any other text ends.
        package func answerQueries() throws {
            while true {
                let (kind, body) = try socket.message(), text = String(decoding: body.dropLast(), as: UTF8.self)
                if kind == FrontendMessageKind.terminate.rawValue { return }
                try send {
                    $0.commandComplete(text)
                    $0.readyForQuery(text == "BEGIN" ? .inBlock : .idle)
                }
            }
        }
    }

    package let port: Int
    /// What arrived, in words: `start`, `cancel 1000 4242`.
    package let seen = Log()
    private let listener: Listener
    private let isStopped = Atomic(false)
    private let sockets = Mutex<[BlockingSocket]>([])
    private let cancelled: @Sendable () -> Void

    /// `behave` runs on a thread for each connection that starts up; what it throws ends the connection. `cancelled` runs for each
    /// cancel request, whose connection is closed when it returns.
    package init(cancelled: @escaping @Sendable () -> Void = {}, _ behave: @escaping @Sendable (Connection) throws -> Void) throws {
        self.cancelled = cancelled
        guard let address = SocketAddress(numeric: "127.0.0.1", port: 0) else { preconditionFailure("the loopback is an address") }
        listener = try Listener(address, backlog: 64)
        port = listener.port ?? 0
        let flags = fcntl(listener.descriptor, F_GETFL)
        _ = fcntl(listener.descriptor, F_SETFL, flags & ~O_NONBLOCK)
        Thread.run { [self] in accept(behave) }
    }

    /// Nobody can connect any more, and those who are connected lose it.
    package func stop() {
        isStopped.store(true, ordering: .releasing)
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
        hangUpAll()
    }

    /// As when the node crashes: every connection ends.
    package func hangUpAll() { for socket in sockets.withLock({ $0 }) { socket.hangUp() } }

    private func accept(_ behave: @escaping @Sendable (Connection) throws -> Void) {
        var number = 0
        while !isStopped.load(ordering: .acquiring) {
            let descriptor = Glibc.accept(listener.descriptor, nil, nil)
            if descriptor < 0 { return }
            let socket = BlockingSocket(descriptor)
            sockets.withLock { $0.append(socket) }
            let connection = Connection(socket: socket, number: number)
            number += 1
            Thread.run { [self] in
                // What a scripted node throws is the end of its connection.
                do { try serve(connection, behave) } catch { seen.add("end") }
                socket.hangUp()
            }
        }
    }

    private func serve(_ connection: Connection, _ behave: @Sendable (Connection) throws -> Void) throws {
        let (code, body) = try connection.socket.packet()
        if code == 80_877_102 {
            let numbers = body.withUnsafeBytes { (Int32(bigEndian: $0.loadUnaligned(as: Int32.self)), Int32(bigEndian: $0.loadUnaligned(fromByteOffset: 4, as: Int32.self))) }
            seen.add("cancel \(numbers.0) \(numbers.1)")
            cancelled()
            return
        }
        seen.add("start")
        try behave(connection)
    }
}

/// Words that several threads write and a test reads.
package final class Log: Sendable {
    private let words = Mutex<[String]>([])
    package init() {}
    package func add(_ word: String) { words.withLock { $0.append(word) } }
    package var all: [String] { words.withLock { $0 } }
}

/// Runs what blocks on a thread of its own, and returns its result.
package func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in Thread.run { continuation.resume(with: Result { try body() }) } }
}

/// A thread for a scripted peer.
enum Thread {
    static func run(_ body: @escaping @Sendable () -> Void) {
        final class Body: Sendable {
            let run: @Sendable () -> Void
            init(_ run: @escaping @Sendable () -> Void) { self.run = run }
        }
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { argument in
            guard let argument else { return nil }
            Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, Unmanaged.passRetained(Body(body)).toOpaque())
        precondition(status == 0, "no thread for a scripted peer")
        pthread_detach(thread)
    }
}
