import PostgresWire
import Settings
import TestSupport
@testable import Sessions

/// Plays the lines of a session's transcript. `F` is a message of the frontend, `B` one of the node; the rest are what
/// happens to the session.
struct SessionStory {
    struct Misspelt: Error { let line: String }

    private static let startup = StartupMessage(user: "anna", database: "shop", parameters: [.init("application_name", "till")])
    private var session = FrontendSession(Self.startup, key: BackendKey(process: 1, secret: 2), mode: .session)
    private var backend = BackendState(ServerParameters())
    private var library = StatementLibrary(shard: 0)
    private var mode = PoolMode.session
    /// What the last `.rewrite` became.
    private var rewritten: [UInt8] = []
    /// What was said before the last message of the node.
    private var said: [UInt8] = []

    mutating func perform(_ line: String) throws -> [String] {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        let rest = words.count > 2 ? words[2] : ""
        switch (words[0], words.count > 1 ? words[1] : "") {
        case ("user", _): start()
        case ("connect", _): session.attachedForLogin()
        case ("login", let kind): return try logIn(kind)
        case ("F", let kind):
            let action = try frontend(kind, rest)
            return [describe(action)]
        case ("B", let kind):
            said = []
            let reaction = try node(kind, rest), line = describe(reaction)
            return said.isEmpty ? [line] : ["say " + WireText.describe(said), line]
        case ("lost", let how): return [describe(session.backendLost(try loss(how), brokeMessage: rest == "broken", backend))]
        case ("mode", let mode): self.mode = try PoolMode(rawValue: mode) ?? { throw Misspelt(line: line) }()
        case ("detach", _): session.detached()
        case ("attach", let parameter):
            var parameters = session.told
            let pair = parameter.split(separator: "=").map(String.init)
            if pair.count == 2 { parameters.set(pair[0], to: pair[1]) }
            backend = BackendState(parameters)
            return attach()
        case ("reattach", _): return attach()
        case ("refuse", let code): session.refuseHeld(ErrorMessage(.error, SQLState(code), rest))
        case ("state", _):
            return ["\(session.status)\(session.isAttached ? " attached" : "")\(backend.isBusy && session.isAttached ? " busy" : "") obstacle: \(session.obstacle ?? "none")"]
        case ("hold", _): return [session.hold ?? "nothing"]
        default: throw Misspelt(line: line)
        }
        return []
    }

    private mutating func start() {
        session = FrontendSession(Self.startup, key: session.key, mode: mode, preparedCapacity: 2)
    }

    /// What is set on the backend, and what the client is told.
    private mutating func attach() -> [String] {
        var lines: [String] = []
        if let text = session.alignment(of: backend) {
            var interlude = Interlude(aligning: text, with: session.settings)
            lines.append("align " + WireText.sent(interlude.begin() ?? []))
            _ = [UInt8(ascii: "I")].withUnsafeBytes { interlude.received(.readyForQuery, $0, isWhole: true, backend) }
        }
        lines.append("tell " + WireText.describe(session.attached(backend)))
        return lines
    }

    /// A whole login in one line.
    private mutating func logIn(_ kind: String) throws -> [String] {
        start()
        if kind == "known" {
            session.authenticated()
            var parameters = ServerParameters()
            parameters.set("standard_conforming_strings", to: "on")
            backend = BackendState(parameters)
            return ["logged in"] + attach()
        }
        session.attachedForLogin()
        if kind != "trusted" {
            _ = try node("AskPassword", "")
            _ = try frontend("Secret", "")
        }
        _ = try node("Accept", "")
        _ = try node("Parameter", "standard_conforming_strings on")
        return [describe(try node("Ready", "I"))] + attach()
    }

    private func loss(_ how: String) throws -> BackendLoss {
        switch how {
        case "reset": .reset
        case "gate": .gateClosed
        case "standby": .standby
        case "57P01": .said(ErrorMessage(.fatal, .adminShutdown, "terminating connection due to administrator command"))
        default: throw Misspelt(line: how)
        }
    }

    private mutating func frontend(_ kind: String, _ rest: String) throws -> FrontendSession.Action {
        var writer = MessageWriter()
        let known: FrontendMessageKind
        switch kind {
        case "Query": known = .query; writer.string(rest)
        case "Parse": known = .parse; writer.string(""); writer.string(rest); writer.int16(0)
        case "ParseNamed": known = .parse; writer.string("s1"); writer.string(rest); writer.int16(0)
        case "ParseOther": known = .parse; writer.string("s2"); writer.string(rest); writer.int16(0)
        case "ParseThird": known = .parse; writer.string("s3"); writer.string(rest); writer.int16(0)
        case "Bind": known = .bind; writer.string(""); writer.string(rest); writer.raw([0, 0, 0, 0, 0, 0])
        case "DescribeStatement": known = .describe; writer.raw("S".utf8); writer.string(rest)
        case "DescribePortal": known = .describe; writer.raw("P".utf8); writer.string("")
        case "Execute": known = .execute; writer.string(""); writer.int32(0)
        case "Close": known = .close; writer.raw("S".utf8); writer.string(rest)
        case "Flush": known = .flush
        case "Sync": known = .sync
        case "FunctionCall": known = .functionCall
        case "CopyData": known = .copyData
        case "CopyDone": known = .copyDone
        case "CopyFail": known = .copyFail; writer.string("x")
        case "Secret": known = .secret; writer.string("x")
        case "Terminate": known = .terminate
        case "LongQuery":
            return session.isAttached ? [UInt8(ascii: "S")].withUnsafeBytes { session.received(.query, $0, isWhole: false, for: backend, &library) }
                : session.received(.query, nil, &library)
        default: throw Misspelt(line: kind)
        }
        let body = writer.bytes
        let action = body.withUnsafeBytes { bytes in
            session.isAttached ? session.received(known, bytes, isWhole: true, for: backend, &library) : session.received(known, bytes, &library)
        }
        guard case .rewrite = action else { return action }
        var message = MessageWriter(), sent = MessageWriter()
        message.message(known) { $0.raw(body) }
        message.bytes.withUnsafeBytes { session.rewritten($0, into: &sent) }
        rewritten = sent.bytes
        return action
    }

    private mutating func node(_ kind: String, _ rest: String) throws -> FrontendSession.Reaction {
        var writer = MessageWriter()
        let words = rest.split(separator: " ", maxSplits: 2).map(String.init)
        switch kind {
        case "Ready": writer.message(.readyForQuery) { $0.raw(rest.utf8) }
        case "Error", "Notice":
            guard words.count == 3, let severity = ErrorMessage.Severity(rawValue: words[0]) else { throw Misspelt(line: rest) }
            ErrorMessage(severity, SQLState(words[1]), words[2]).write(to: &writer)
        case "Parameter":
            guard words.count == 2 else { throw Misspelt(line: rest) }
            writer.parameterStatus(words[0], words[1])
        case "ParseComplete": writer.bare(.parseComplete)
        case "BindComplete": writer.bare(.bindComplete)
        case "CloseComplete": writer.bare(.closeComplete)
        case "NoData": writer.bare(.noData)
        case "Complete": writer.commandComplete(rest)
        case "Rows": writer.rowDescription([ResultColumn("a")])
        case "Parameters": writer.message(.parameterDescription) { $0.int16(0) }
        case "StalePlan":
            writer.message(.error) { $0.raw("SERROR\0VERROR\0C0A000\0Mcached plan must not change result type\0RRevalidateCachedQuery\0\0".utf8) }
        case "CopyIn": writer.message(.copyIn) { $0.raw([0, 0, 0]) }
        case "AskPassword": writer.message(.authentication) { $0.int32(3) }
        case "Accept": writer.authenticationOK()
        case "Key": BackendKey(process: 77, secret: 88).write(to: &writer)
        default: throw Misspelt(line: kind)
        }
        let known: BackendMessageKind? = kind == "Notice" ? .notice : writer.bytes.first.flatMap { BackendMessageKind(rawValue: $0) }
        guard let known else { throw Misspelt(line: kind) }
        let isInService = session.isInService
        if isInService, backend.owesOwn {
            var own = MessageWriter()
            backend.sayOwn(into: &own)
            said = own.bytes
        }
        let reaction = Array(writer.bytes.dropFirst(5)).withUnsafeBytes { body in
            isInService ? session.answered(known, body, isWhole: true, by: backend) : session.answeredDuringLogin(known, body)
        }
        if case .loggedIn(let parameters) = reaction { backend = BackendState(parameters) }
        return reaction
    }

    private func describe(_ action: FrontendSession.Action) -> String {
        switch action {
        case .reply(let bytes): "reply \(WireText.describe(bytes))"
        case .close(let bytes): "close \(WireText.describe(bytes))"
        case .rewrite: "send \(WireText.sent(rewritten))"
        case .forward, .swallow, .needBackend, .awaitAnswers, .administer, .terminate: "\(action)"
        }
    }

    private func describe(_ reaction: FrontendSession.Reaction) -> String {
        switch reaction {
        case .loggedIn: "logged in"
        case .lost(let loss): "lost: \(loss.reason)"
        case .keep(let key): "keep \(key.process)"
        case .forward, .release, .swallow, .close, .crashing, .unreplicated: "\(reaction)"
        }
    }

    private func describe(_ aftermath: FrontendSession.Aftermath) -> String {
        switch aftermath {
        case .stay(let bytes): "stay \(WireText.describe(bytes))"
        case .close(let bytes): "close \(WireText.describe(bytes))"
        case .logInAgain: "log in again"
        }
    }
}
