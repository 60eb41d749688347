package import PostgresWire

/// A conversation with the daemon itself: a session of the database `understudy` or `pgbouncer`, which never gets a backend.
///
/// Pure: messages come in, answers and questions go out. Both protocols: what a statement answers with is asked by
/// `.describe`, which must be answered at once; running it may take its time.
/// Source: PostgreSQL manual, "Message Flow".
package struct AdminSession: Sendable {
    /// What to do with a message of the client.
    package enum Action: Hashable, Sendable {
        /// Send these bytes; they may be none.
        case reply([UInt8])
        /// Find out what the statement answers with and call `described`.
        case describe(String)
        /// Run the statement, read no further until then, and call `answered`.
        case run(String)
        case terminate
        /// Send these last words, and close.
        case close([UInt8])
    }

    struct Portal {
        let text: String
        let formats: Formats
        /// What is left to send of the answer; nil before the first Execute.
        var answer: Answer?
    }

    struct Answer {
        let columns: [ResultColumn]
        var rows: ArraySlice<[String?]>
    }

    /// Which columns are asked for in binary.
    struct Formats: Sendable {
        let codes: [Int16]
        func isBinary(_ column: Int) -> Bool {
            if codes.count <= 1 { return codes.first == 1 }
            return column < codes.count && codes[column] == 1
        }
        func fits(_ columns: Int) -> Bool { codes.count <= 1 || codes.count == columns }
    }

    /// What is asked of the daemon.
    private enum Pending {
        case query
        case statement
        case portal(String)
        case execution(String, most: Int)
    }

    /// Statements, and portals, that one session may have.
    static let most = 100

    private var statements: [String: String] = [:]
    private var portals: [String: Portal] = [:]
    private var pending: Pending?
    /// An error was answered in the extended protocol: everything up to Sync is discarded.
    private var isDiscarding = false

    package init() {}

    /// A message of the client. `body` is nil where it is too long to be looked at.
    package mutating func received(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer?) -> Action {
        precondition(pending == nil, "a message while another is answered")
        if kind == .terminate { return .terminate }
        if isDiscarding, kind != .sync { return .reply([]) }
        guard let body else { return .close(ErrorMessage(.fatal, .tooManyStatements, "a message to the administrator's database is too long").bytes) }
        do {
            return try take(kind, body)
        } catch {
            return .close(ErrorMessage(.fatal, .protocolViolation, error.description).bytes)
        }
    }

    private mutating func take(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer) throws(WireViolation) -> Action {
        switch kind {
        case .query:
            var reader = FieldReader(body, of: "query")
            let text = try reader.string()
            pending = .query
            return .run(text)
        case .parse: return try parse(body)
        case .bind: return try bind(body)
        case .describe: return try describe(body)
        case .execute: return try execute(body)
        case .close: return try close(body)
        case .sync:
            isDiscarding = false
            portals.removeAll()
            return .reply(Self.ready)
        case .flush: return .reply([])
        case .functionCall, .copyData, .copyDone, .copyFail:
            return fail(ErrorMessage(.error, .featureNotSupported, "the administrator's database knows statements alone"))
        case .secret: throw .malformed("message: a password is not expected")
        case .terminate: return .terminate
        }
    }

    private mutating func parse(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> Action {
        var reader = FieldReader(body, of: "parse message")
        let name = try reader.string(), text = try reader.string()
        if !name.isEmpty, statements[name] != nil {
            return fail(ErrorMessage(.error, .duplicateStatement, "prepared statement \"\(name)\" already exists"))
        }
        guard statements.count < Self.most else { return tooMany("prepared statements") }
        statements[name] = text
        return bare(.parseComplete)
    }

    private mutating func bind(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> Action {
        var reader = FieldReader(body, of: "bind message")
        let portal = try reader.string(), name = try reader.string()
        for _ in 0..<(try count(&reader)) { _ = try reader.int16() }
        let parameters = try count(&reader)
        guard parameters == 0 else {
            return fail(ErrorMessage(.error, .protocolViolation, "bind message supplies \(parameters) parameters, but the administrator's statements take none"))
        }
        var codes: [Int16] = []
        for _ in 0..<(try count(&reader)) { codes.append(try reader.int16()) }
        try reader.end()
        guard let text = statements[name] else { return missing("prepared statement", name) }
        guard portals.count < Self.most else { return tooMany("portals") }
        portals[portal] = Portal(text: text, formats: Formats(codes: codes))
        return bare(.bindComplete)
    }

    private func count(_ reader: inout FieldReader) throws(WireViolation) -> Int {
        let count = try reader.int16()
        guard count >= 0 else { throw .malformed("bind message") }
        return Int(count)
    }

    private mutating func describe(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> Action {
        let (isStatement, name) = try target(body, of: "describe message")
        if isStatement {
            guard let text = statements[name] else { return missing("prepared statement", name) }
            pending = .statement
            return .describe(text)
        }
        guard let portal = portals[name] else { return missing("portal", name) }
        pending = .portal(name)
        return .describe(portal.text)
    }

    private mutating func close(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> Action {
        let (isStatement, name) = try target(body, of: "close message")
        if isStatement { statements[name] = nil } else { portals[name] = nil }
        return bare(.closeComplete)
    }

    private func target(_ body: UnsafeRawBufferPointer, of what: String) throws(WireViolation) -> (isStatement: Bool, name: String) {
        var reader = FieldReader(body, of: what)
        let kind = try reader.byte()
        guard kind == UInt8(ascii: "S") || kind == UInt8(ascii: "P") else { throw .malformed(what) }
        return (kind == UInt8(ascii: "S"), try reader.string())
    }

    private mutating func execute(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> Action {
        var reader = FieldReader(body, of: "execute message")
        let name = try reader.string(), most = Int(try reader.int32())
        guard let portal = portals[name] else { return missing("portal", name) }
        if portal.answer != nil { return .reply(rows(of: name, most)) }
        pending = .execution(name, most: most)
        return .run(portal.text)
    }

    // MARK: Answers of the daemon

    /// The answer to `.describe`.
    package mutating func described(_ shape: AdminShape) -> [UInt8] {
        defer { pending = nil }
        var writer = MessageWriter(), formats = Formats(codes: [])
        switch pending {
        case .statement: writer.message(.parameterDescription) { $0.int16(0) }
        case .portal(let name): formats = portals[name]?.formats ?? formats
        case .query, .execution, nil: preconditionFailure("described without being asked")
        }
        switch shape {
        case .table(let columns):
            guard formats.fits(columns.count) else { return error(Self.misfit(formats, columns)) }
            writer.rowDescription(columns, isBinary: formats.isBinary)
        case .noRows: writer.bare(.noData)
        case .failed(let message): return error(message)
        }
        return writer.bytes
    }

    /// The answer to `.run`.
    package mutating func answered(_ reply: AdminReply) -> [UInt8] {
        defer { pending = nil }
        switch pending {
        case .query: return reply.bytes + Self.ready
        case .execution(let name, let most): return executed(name, most, reply)
        case .statement, .portal, nil: preconditionFailure("answered without being asked")
        }
    }

    private mutating func executed(_ name: String, _ most: Int, _ reply: AdminReply) -> [UInt8] {
        switch reply {
        case .table(let columns, let rows):
            guard let formats = portals[name]?.formats, formats.fits(columns.count) else { return error(Self.misfit(portals[name]?.formats ?? Formats(codes: []), columns)) }
            portals[name]?.answer = Answer(columns: columns, rows: rows[...])
            return self.rows(of: name, most)
        case .done, .nothing: return reply.bytes
        case .failed(let message): return error(message)
        }
    }

    /// The next rows of a portal; 0 is all.
    private mutating func rows(of name: String, _ most: Int) -> [UInt8] {
        guard var portal = portals[name], var answer = portal.answer else { preconditionFailure("rows of a portal that was not run") }
        var writer = MessageWriter(), sent = 0
        while most <= 0 || sent < most, let row = answer.rows.popFirst() {
            writer.dataRow(row, of: answer.columns, isBinary: portal.formats.isBinary)
            sent += 1
        }
        if most > 0, sent == most, !answer.rows.isEmpty { writer.bare(.portalSuspended) } else { writer.commandComplete("SHOW") }
        portal.answer = answer
        portals[name] = portal
        return writer.bytes
    }

    private static func misfit(_ formats: Formats, _ columns: [ResultColumn]) -> ErrorMessage {
        ErrorMessage(.error, .protocolViolation, "bind message has \(formats.codes.count) result formats but query has \(columns.count) columns")
    }

    // MARK: Words

    private static let ready: [UInt8] = {
        var writer = MessageWriter()
        writer.readyForQuery(.idle)
        return writer.bytes
    }()

    private func bare(_ kind: BackendMessageKind) -> Action {
        var writer = MessageWriter()
        writer.bare(kind)
        return .reply(writer.bytes)
    }

    private mutating func error(_ message: ErrorMessage) -> [UInt8] {
        isDiscarding = true
        return message.bytes
    }

    private mutating func fail(_ message: ErrorMessage) -> Action { .reply(error(message)) }

    private mutating func missing(_ what: String, _ name: String) -> Action {
        fail(ErrorMessage(.error, .undefinedStatement, "\(what) \"\(name)\" does not exist"))
    }

    private mutating func tooMany(_ what: String) -> Action {
        fail(ErrorMessage(.error, .tooManyStatements, "a session of the administrator's database may have \(Self.most) \(what)"))
    }
}
