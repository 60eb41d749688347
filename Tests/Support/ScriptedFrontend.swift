package import PostgresWire

/// A client played by a test, on a real socket.
package final class ScriptedFrontend: Sendable {
    package let socket: BlockingSocket

    package init(port: Int) throws { socket = try BlockingSocket(port: port) }

    /// Logs in as somebody whom the node trusts, and returns the key for cancel requests.
    package func logIn(user: String = "anna", database: String = "shop") throws -> BackendKey {
        try start(user: user, database: database)
        var key = BackendKey(process: 0, secret: 0)
        while true {
            let (kind, body) = try socket.message()
            if kind == BackendMessageKind.backendKeyData.rawValue { key = try body.withUnsafeBytes { try BackendKey(body: $0) } }
            if kind == BackendMessageKind.readyForQuery.rawValue { return key }
            if kind == BackendMessageKind.error.rawValue { throw Refused(words: WireText.describe([kind, 0, 0, 0, UInt8(truncatingIfNeeded: body.count + 4)] + body)) }
        }
    }

    package struct Refused: Error { package let words: String }

    package func start(user: String = "anna", database: String = "shop") throws { try socket.send(StartupMessage(user: user, database: database).packet) }

    package func send(_ kind: FrontendMessageKind, _ build: (inout MessageWriter) -> Void = { _ in }) throws {
        var writer = MessageWriter()
        writer.message(kind, build)
        try socket.send(writer.bytes)
    }

    package func sendQuery(_ text: String) throws { try send(.query) { $0.string(text) } }

    /// The answer to a query, as words, up to ReadyForQuery.
    package func query(_ text: String) throws -> String {
        try sendQuery(text)
        return try answer()
    }

    /// Everything up to ReadyForQuery, as words.
    package func answer() throws -> String {
        var words: [String] = []
        while true {
            let word = try next()
            words.append(word)
            if word.hasPrefix("Ready") { return words.joined(separator: ", ") }
        }
    }

    /// Passes over messages up to the first of this kind, and over that one too; returns the size of its body.
    package func skip(to kind: BackendMessageKind) throws -> Int {
        while true {
            let header = try socket.receive(5)
            let size = header[1...].reduce(0) { $0 << 8 | Int($1) } - 4
            try socket.skip(size)
            if header[0] == kind.rawValue { return size }
        }
    }

    /// The next message, as words; `closed` at the end of the connection.
    package func next() throws -> String {
        do {
            let (kind, body) = try socket.message()
            var writer = MessageWriter()
            guard let known = BackendMessageKind(rawValue: kind) else { return "unknown \(kind)" }
            writer.message(known) { $0.raw(body) }
            return WireText.describe(writer.bytes)
        } catch BlockingSocket.Failure.closed { return "closed" } catch BlockingSocket.Failure.broken { return "closed" }
    }
}
