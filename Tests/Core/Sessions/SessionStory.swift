import PostgresWire
import TestSupport
@testable import Sessions

/// Plays the lines of a session's transcript. `F` is a message of the frontend, `B` one of the node; the rest are what
/// happens to the session.
struct SessionStory {
    struct Misspelt: Error { let line: String }

    private var session = FrontendSession(StartupMessage(user: "anna", database: "shop"), key: BackendKey(process: 1, secret: 2), isSecretKnown: false)

    mutating func perform(_ line: String) throws -> [String] {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        let rest = words.count > 2 ? words[2] : ""
        switch (words[0], words.count > 1 ? words[1] : "") {
        case ("user", let kind): start(isSecretKnown: kind == "known")
        case ("connect", _): session.attachedForLogin()
        case ("login", let kind): return try logIn(kind)
        case ("F", let kind): return try [describe(frontend(kind, rest))]
        case ("B", let kind): return try [describe(node(kind, rest))]
        case ("lost", let how): return [describe(session.backendLost(try loss(how), brokeMessage: rest == "broken"))]
        case ("attach", let parameter):
            var parameters = session.told
            let pair = parameter.split(separator: "=").map(String.init)
            if pair.count == 2 { parameters.set(pair[0], to: pair[1]) }
            return ["tell " + WireText.describe(session.attached(parameters))]
        case ("refuse", let code): session.refuseHeld(ErrorMessage(.error, SQLState(code), rest))
        case ("state", _):
            return ["\(session.status)\(session.isAttached ? " attached" : "")\(session.isBusy ? " busy" : "") obstacle: \(session.obstacle ?? "none")"]
        default: throw Misspelt(line: line)
        }
        return []
    }

    private mutating func start(isSecretKnown: Bool) {
        session = FrontendSession(session.startup, key: session.key, isSecretKnown: isSecretKnown)
    }

    /// A whole login in one line.
    private mutating func logIn(_ kind: String) throws -> [String] {
        start(isSecretKnown: kind == "known")
        session.attachedForLogin()
        if kind != "trusted" {
            _ = try node("AskPassword", "")
            _ = try frontend("Secret", "")
        }
        _ = try node("Accept", "")
        _ = try node("Parameter", "standard_conforming_strings on")
        return [describe(try node("Ready", "I"))]
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
        case "Bind": known = .bind; writer.string(""); writer.string(rest); writer.raw([0, 0, 0, 0, 0, 0])
        case "DescribeStatement": known = .describe; writer.raw("S".utf8); writer.string("")
        case "DescribePortal": known = .describe; writer.raw("P".utf8); writer.string("")
        case "Execute": known = .execute; writer.string(""); writer.int32(0)
        case "Close": known = .close; writer.raw("S".utf8); writer.string("")
        case "Flush": known = .flush
        case "Sync": known = .sync
        case "FunctionCall": known = .functionCall
        case "CopyData": known = .copyData
        case "CopyDone": known = .copyDone
        case "CopyFail": known = .copyFail; writer.string("x")
        case "Secret": known = .secret; writer.string("x")
        case "Terminate": known = .terminate
        case "LongQuery":
            return session.received(.query, nil)
        default: throw Misspelt(line: kind)
        }
        return writer.bytes.withUnsafeBytes { session.received(known, $0) }
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
        case "CopyIn": writer.message(.copyIn) { $0.raw([0, 0, 0]) }
        case "AskPassword": writer.message(.authentication) { $0.int32(3) }
        case "Accept": writer.authenticationOK()
        case "Key": BackendKey(process: 77, secret: 88).write(to: &writer)
        default: throw Misspelt(line: kind)
        }
        let known: BackendMessageKind? = kind == "Notice" ? .notice : writer.bytes.first.flatMap { BackendMessageKind(rawValue: $0) }
        guard let known else { throw Misspelt(line: kind) }
        return Array(writer.bytes.dropFirst(5)).withUnsafeBytes { session.answered(known, $0) }
    }

    private func describe(_ action: FrontendSession.Action) -> String {
        switch action {
        case .reply(let bytes): "reply \(WireText.describe(bytes))"
        case .close(let bytes): "close \(WireText.describe(bytes))"
        case .forward, .swallow, .needBackend, .awaitAnswers, .administer, .terminate: "\(action)"
        }
    }

    private func describe(_ reaction: FrontendSession.Reaction) -> String {
        switch reaction {
        case .reply(let bytes): "reply \(WireText.describe(bytes))"
        case .greet(let bytes, _, _): "greet \(WireText.describe(bytes))"
        case .lost(let loss): "lost: \(loss.reason)"
        case .keep(let key): "keep \(key.process)"
        case .forward, .swallow, .close, .crashing: "\(reaction)"
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
