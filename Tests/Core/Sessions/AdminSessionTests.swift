import PostgresWire
import TestSupport
import Testing
@testable import Sessions

@Suite("AdminSession")
struct AdminSessionTests {
    private static let columns = [ResultColumn("name"), ResultColumn("size", .integer)]
    private static let table = AdminReply.table(columns: columns, rows: [["a", "1"], ["b", "258"], ["c", nil]])

    /// A session whose statements all answer with `table`; what it is sent comes back as words.
    private struct Story {
        var session = AdminSession()
        var asked: [String] = []
        var reply = AdminSessionTests.table
        var shape = AdminShape.table(AdminSessionTests.columns)

        mutating func send(_ kind: FrontendMessageKind, _ build: (inout MessageWriter) -> Void = { _ in }) -> String {
            var writer = MessageWriter()
            build(&writer)
            switch writer.bytes.withUnsafeBytes({ session.received(kind, $0) }) {
            case .reply(let bytes): return WireText.describe(bytes)
            case .describe(let text):
                asked.append("describe \(text)")
                return WireText.describe(session.described(shape))
            case .run(let text):
                asked.append("run \(text)")
                return WireText.describe(session.answered(reply))
            case .terminate: return "terminate"
            case .close(let words): return "close " + WireText.describe(words)
            }
        }

        mutating func parse(_ name: String, _ text: String) -> String {
            send(.parse) { $0.string(name); $0.string(text); $0.int16(0) }
        }

        mutating func bind(_ portal: String, _ statement: String, parameters: Int16 = 0, formats: [Int16] = []) -> String {
            send(.bind) { body in
                body.string(portal)
                body.string(statement)
                body.int16(0)
                body.int16(parameters)
                body.int16(Int16(formats.count))
                for format in formats { body.int16(format) }
            }
        }

        mutating func describe(_ kind: Character, _ name: String) -> String {
            send(.describe) { $0.raw(String(kind).utf8); $0.string(name) }
        }

        mutating func execute(_ portal: String, most: Int32 = 0) -> String { send(.execute) { $0.string(portal); $0.int32(most) } }
    }

    @Test("A query is run and answered with its rows and the session ready")
    func simple() {
        var story = Story()
        let words = story.send(.query) { $0.string("SHOW POOLS") }
        #expect(words.hasSuffix("Complete SHOW, Ready I"))
        #expect(story.asked == ["run SHOW POOLS"])
    }

    @Test("Parse, Bind, Describe, Execute and Sync answer as PostgreSQL does, and only Execute runs")
    func extended() {
        var story = Story()
        #expect(story.parse("s", "PAUSE") == "parseComplete")
        #expect(story.bind("", "s") == "bindComplete")
        #expect(story.describe("S", "s").hasPrefix("parameterDescription"))
        _ = story.describe("P", "")
        #expect(story.asked == ["describe PAUSE", "describe PAUSE"])
        story.reply = .done(tag: "PAUSE")
        #expect(story.execute("") == "Complete PAUSE")
        #expect(story.send(.sync) == "Ready I")
        #expect(story.asked.last == "run PAUSE")
    }

    @Test("Rows come as many at a time as are asked for, from one run")
    func suspended() {
        var story = Story()
        _ = story.parse("", "SHOW POOLS")
        _ = story.bind("p", "")
        #expect(story.execute("p", most: 2).hasSuffix("portalSuspended"))
        #expect(story.execute("p", most: 2).hasSuffix("Complete SHOW"))
        #expect(story.asked == ["run SHOW POOLS"])
    }

    @Test("A number in binary is eight bytes, a text its own; NULL is NULL")
    func binary() {
        var session = AdminSession()
        func take(_ kind: FrontendMessageKind, _ build: (inout MessageWriter) -> Void) -> AdminSession.Action {
            var writer = MessageWriter()
            build(&writer)
            return writer.bytes.withUnsafeBytes { session.received(kind, $0) }
        }
        _ = take(.parse) { $0.string(""); $0.string("x"); $0.int16(0) }
        _ = take(.bind) { $0.string(""); $0.string(""); $0.int16(0); $0.int16(0); $0.int16(1); $0.int16(1) }
        #expect(take(.execute) { $0.string(""); $0.int32(0) } == .run("x"))
        var expected = MessageWriter()
        for (name, number) in [("a", [0, 0, 0, 0, 0, 0, 0, 1]), ("b", [0, 0, 0, 0, 0, 0, 1, 2])] as [(String, [UInt8])] {
            expected.message(.dataRow) { $0.int16(2); $0.int32(1); $0.raw(name.utf8); $0.int32(8); $0.raw(number) }
        }
        expected.message(.dataRow) { $0.int16(2); $0.int32(1); $0.raw("c".utf8); $0.int32(-1) }
        expected.commandComplete("SHOW")
        #expect(session.answered(Self.table) == expected.bytes)
    }

    @Test("After an error everything up to Sync is discarded, and nothing of it runs")
    func discarded() {
        var story = Story()
        #expect(story.bind("", "unknown").hasPrefix("Error ERROR 26000"))
        #expect(story.execute("") == "")
        #expect(story.send(.query) { $0.string("PAUSE") } == "")
        #expect(story.send(.sync) == "Ready I")
        #expect(story.asked.isEmpty)
    }

    @Test("An error of a statement ends its pipeline, but not the session")
    func failed() {
        var story = Story()
        story.reply = .failed(.syntaxError, "no")
        _ = story.parse("", "x")
        _ = story.bind("", "")
        #expect(story.execute("").hasPrefix("Error ERROR 42601"))
        #expect(story.send(.sync) == "Ready I")
        story.reply = Self.table
        #expect(story.send(.query) { $0.string("y") }.hasSuffix("Ready I"))
    }

    @Test("What cannot be meant is said so", arguments: ["parameters", "formats", "name taken", "function call"])
    func refused(_ what: String) {
        var story = Story()
        _ = story.parse("s", "x")
        let words = switch what {
        case "parameters": story.bind("", "s", parameters: 1)
        case "formats": { _ = story.bind("", "s", formats: [0, 0, 0]); return story.describe("P", "") }()
        case "name taken": story.parse("s", "y")
        default: story.send(.functionCall)
        }
        #expect(words.hasPrefix("Error ERROR"), "\(words)")
    }

    @Test("Statements and portals are bounded")
    func bounded() {
        var story = Story()
        for number in 0..<AdminSession.most { #expect(story.parse("s\(number)", "x") == "parseComplete") }
        #expect(story.parse("one more", "x").hasPrefix("Error ERROR 54000"))
        _ = story.send(.sync)
        for number in 0..<AdminSession.most { #expect(story.bind("p\(number)", "s0") == "bindComplete") }
        #expect(story.bind("one more", "s0").hasPrefix("Error ERROR 54000"))
        // Sync ends the transaction, and with it every portal.
        _ = story.send(.sync)
        #expect(story.bind("p", "s0") == "bindComplete")
    }

    @Test("A message that ends before its fields do ends the session", arguments: [FrontendMessageKind.query, .parse, .bind, .describe, .execute, .close])
    func truncated(_ kind: FrontendMessageKind) {
        var story = Story()
        #expect(story.send(kind).hasPrefix("close Error FATAL 08P01"))
    }

    @Test("A message too long to be looked at, and a password nobody asked for, end the session")
    func excessive() {
        var session = AdminSession()
        guard case .close = session.received(.query, nil) else {
            Issue.record("it goes on")
            return
        }
        var story = Story()
        #expect(story.send(.secret).hasPrefix("close Error FATAL 08P01"))
        #expect(story.send(.terminate) == "terminate")
    }

    @Test("Drivers find in the greeting what they look for")
    func greeting() {
        let words = WireText.describe(AdminGreeting.bytes(user: "ops", applicationName: "psql", key: BackendKey(process: 1, secret: 2), version: "1"))
        for part in ["server_version=15.0 (understudy 1)", "client_encoding=UTF8", "standard_conforming_strings=on", "integer_datetimes=on", "application_name=psql"] {
            #expect(words.contains(part), "\(words)")
        }
        #expect(words.hasSuffix("Ready I"))
    }
}
