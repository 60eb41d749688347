package import PostgresWire

/// What is sent in a message's place: its statement under the name that the backend knows, and before it what the backend
/// needs for that.
struct Rewriting {
    /// A statement of ours that must make room.
    var closing: StatementID?
    /// Prepared first: the backend does not have it.
    var preparing: PreparedStatement?
    /// The session's unnamed statement, which another session's has replaced on this backend.
    var unnamed: [UInt8]?
    /// Bytes of the body, and what stands there instead.
    private(set) var range = 0..<0
    private(set) var replacement: String?

    mutating func replace(_ range: Range<Int>, by text: String) {
        self.range = range
        replacement = text
    }
}

extension FrontendSession {
    /// Appends what is to be sent for a message whose action was `.rewrite`. `message` is the message, or as much of it as there is.
    package func rewritten(_ message: UnsafeRawBufferPointer, into writer: inout MessageWriter) {
        var work = Rewriting()
        swap(&work, &rewriting)
        if let closing = work.closing {
            writer.message(.close) { body in
                body.byte(UInt8(ascii: "S"))
                body.string(closing.name)
            }
        }
        if let statement = work.preparing {
            writer.message(.parse) { body in
                body.string(statement.name)
                body.raw(statement.identity.body)
            }
        }
        if let unnamed = work.unnamed {
            writer.message(.parse) { body in
                body.byte(0)
                body.raw(unnamed)
            }
        }
        guard let replacement = work.replacement else { return writer.raw(message) }
        let header = 5, length = Int(Int32(bigEndian: message.loadUnaligned(fromByteOffset: 1, as: Int32.self)))
        writer.byte(message[0])
        writer.int32(Int32(clamping: length - work.range.count + replacement.utf8.count))
        writer.raw(UnsafeRawBufferPointer(rebasing: message[header..<header + work.range.lowerBound]))
        writer.raw(replacement.utf8)
        writer.raw(UnsafeRawBufferPointer(rebasing: message[(header + work.range.upperBound)...]))
    }

    /// Sees to it that the backend has the statement by the time the message comes.
    func prepare(_ statement: PreparedStatement, on backend: BackendState) {
        if backend.prepared.use(statement.id) { return }
        makeRoom(for: statement.id, on: backend)
        rewriting.preparing = statement
        backend.pipeline.sentParse(statement.id, [], isOwn: true)
    }

    /// The backend gets a statement; the one it used longest ago may have to go.
    func makeRoom(for id: StatementID, on backend: BackendState) {
        var closing = backend.prepared.mayHave(id) ? id : nil
        if let oldest = backend.prepared.insert(id, capacity: preparedCapacity) {
            // One at a time: what there is no room to close is closed when it is asked for.
            if closing == nil { closing = oldest } else { backend.prepared.doubt(oldest) }
        }
        guard let closing else { return }
        rewriting.closing = closing
        backend.pipeline.sentClose(closing, isOwn: true)
    }

    /// A Bind or Describe of the unnamed statement, which must be this session's.
    func useUnnamed(_ place: Range<Int>, _ backend: BackendState, _ note: (BackendState) -> Void) -> Action {
        boundChanges += unnamed?.changes ?? []
        if let unnamed, backend.unnamed != unnamed.parse {
            rewriting.unnamed = unnamed.body
            backend.unnamed = unnamed.parse
            backend.pipeline.sentParse(.unnamed, unnamed.effects, number: unnamed.parse, isOwn: true)
            note(backend)
            return .rewrite
        }
        note(backend)
        if unnamed == nil, backend.unnamed == 0 {
            // What the backend has is another session's; the client has none.
            rewriting.replace(place, by: StatementID.prefix + "none")
            return .rewrite
        }
        return .forward
    }

    /// A name that no Parse of the client gave: one of SQL's PREPARE, or a mistake. None of ours may be meant.
    func useUnknown(_ name: UnsafeRawBufferPointer, _ place: Range<Int>) -> Action {
        guard Self.name(name).hasPrefix(StatementID.prefix) else { return .forward }
        rewriting.replace(place, by: "none")
        return .rewrite
    }

    /// Up to the first zero. Bytes that are not UTF-8 stand for themselves, so that two names never become one.
    static func name(_ bytes: UnsafeRawBufferPointer) -> String {
        let name = bytes.prefix { $0 != 0 }
        if let text = String(validating: name, as: UTF8.self) { return text }
        return "\u{0}" + String(String.UnicodeScalarView(name.map { Unicode.Scalar($0) }))
    }
}
