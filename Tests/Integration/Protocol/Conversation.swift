import PostgresWire
import TestSupport
import Testing

/// What a client says on one connection, message by message, and where it stops to listen.
struct Conversation: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        case say(@Sendable (inout MessageWriter) -> Void)
        /// Listens until this many messages of the kind have come.
        case hear(BackendMessageKind, Int)
        /// Says no more, and listens to the end.
        case finish
    }

    let name: String
    /// Statements that make what it needs, on another connection.
    let before: [String]
    let steps: [Step]

    init(_ name: String, before: [String] = [], _ steps: [Step]) {
        self.name = name
        self.before = before
        self.steps = steps
    }

    var testDescription: String { name }

    /// Whether the client sends no more at its end: the proxy then repeats a parameter to find out whether it still listens.
    var isFinished: Bool { if case .finish = steps.last { true } else { false } }

    /// Has the conversation and returns every message heard, as words, with the bytes of those that are not words; `closed` or
    /// `silence` where it ended before its time.
    func have(on frontend: ScriptedFrontend) throws -> [String] {
        var heard: [String] = []
        do { try have(on: frontend, &heard) } catch let failure as BlockingSocket.Failure {
            switch failure {
            case .closed, .broken: heard.append("closed")
            case .timedOut: heard.append("silence")
            case .cannotConnect: throw failure
            }
        }
        return heard
    }

    private func have(on frontend: ScriptedFrontend, _ heard: inout [String]) throws {
        var unsent = MessageWriter()
        func flush() throws {
            try frontend.socket.send(unsent.bytes)
            unsent = MessageWriter()
        }
        for step in steps {
            switch step {
            case .say(let message): message(&unsent)
            case .hear(let kind, let count):
                try flush()
                var missing = count
                while missing > 0 {
                    let (byte, body) = try frontend.socket.message()
                    heard.append(Self.words(byte, body))
                    if byte == kind.rawValue { missing -= 1 }
                }
            case .finish:
                try flush()
                frontend.socket.finish()
                while true {
                    let (byte, body) = try frontend.socket.message()
                    heard.append(Self.words(byte, body))
                }
            }
        }
        try flush()
    }

    static func words(_ byte: UInt8, _ body: [UInt8]) -> String {
        guard let kind = BackendMessageKind(rawValue: byte) else { return "unknown \(byte)" }
        var writer = MessageWriter()
        writer.message(kind) { $0.raw(body) }
        let words = WireText.describe(writer.bytes)
        switch kind {
        // The name in it is the one that the backend knows the statement by.
        case .error where words.hasPrefix("Error ERROR 42P05") || words.hasPrefix("Error ERROR 26000"): return String(words.prefix(17))
        case .error, .readyForQuery, .commandComplete, .parameterStatus, .notification: return words
        default: return body.isEmpty ? words : words + " \(body.map { String($0, radix: 16) }.joined(separator: " "))"
        }
    }
}

extension Conversation.Step {
    static func query(_ text: String) -> Self { .say { $0.message(.query) { $0.string(text) } } }

    /// A Parse; `types` are object identifiers.
    static func parse(_ text: String, name: String = "", types: [Int32] = []) -> Self {
        .say { $0.message(.parse) { body in
            body.string(name)
            body.string(text)
            body.int16(Int16(types.count))
            for type in types { body.int32(type) }
        } }
    }

    /// A Bind of texts.
    static func bind(_ values: [String?] = [], portal: String = "", statement: String = "") -> Self {
        .say { $0.message(.bind) { body in
            body.string(portal)
            body.string(statement)
            body.int16(0)
            body.int16(Int16(values.count))
            for value in values {
                guard let value else { body.int32(-1); continue }
                body.int32(Int32(value.utf8.count))
                body.raw(value.utf8)
            }
            body.int16(0)
        } }
    }

    static func describe(_ what: Character, _ name: String = "") -> Self { .say { $0.message(.describe) { $0.raw(String(what).utf8); $0.string(name) } } }
    static func execute(_ portal: String = "", rows: Int32 = 0) -> Self { .say { $0.message(.execute) { $0.string(portal); $0.int32(rows) } } }
    static func close(_ what: Character, _ name: String) -> Self { .say { $0.message(.close) { $0.raw(String(what).utf8); $0.string(name) } } }
    static var sync: Self { .say { $0.message(.sync) { _ in } } }
    static var flush: Self { .say { $0.message(.flush) { _ in } } }
    static func copyData(_ text: String) -> Self { .say { $0.message(FrontendMessageKind.copyData) { $0.raw(text.utf8) } } }
    static var copyDone: Self { .say { $0.message(FrontendMessageKind.copyDone) { _ in } } }
    static func copyFail(_ reason: String) -> Self { .say { $0.message(.copyFail) { $0.string(reason) } } }
    static func ready(_ count: Int = 1) -> Self { .hear(.readyForQuery, count) }

    /// A FunctionCall with arguments and result as texts.
    static func call(_ function: Int32, _ arguments: [String]) -> Self {
        .say { $0.message(.functionCall) { body in
            body.int32(function)
            body.int16(0)
            body.int16(Int16(arguments.count))
            for argument in arguments {
                body.int32(Int32(argument.utf8.count))
                body.raw(argument.utf8)
            }
            body.int16(0)
        } }
    }

    /// Parse, Bind, Describe and Execute of one statement.
    static func run(_ text: String, _ values: [String?] = []) -> [Self] { [.parse(text), .bind(values), .describe("P"), .execute()] }
}
