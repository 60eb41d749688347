import PostgresWire
import Settings
import Testing
@testable import Sessions

/// A session between a client and nodes that do anything in any order, by a seed: whatever is lost when, the client gets what
/// the protocol owes it.
@Suite("Answers")
struct AnswerCountTests {
    fileprivate struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    fileprivate enum Sent: Hashable { case query(String), sync, parse, bind, refusedBind, execute(String) }

    fileprivate struct World {
        var random: Random
        /// What the unnamed statement does.
        var unnamed = ""
        var session: FrontendSession
        var backend = BackendState(ServerParameters())
        var library = StatementLibrary(shard: 0)
        /// What the client waits for: true is a Query, which gets an answer before its ReadyForQuery; false a Sync.
        var owed: [Bool] = []
        var answers = 0
        var trouble: String?
        var story: [String] = []
        /// What the node was sent and has not answered.
        var onNode: [Sent] = []
        /// An error in the extended protocol: the node skips all up to Sync.
        var isNodeSkipping = false
        var nodeStatus = TransactionStatus.idle
        var isUnitOpen = false

        /// Everything the client receives, whoever said it.
        mutating func receive(_ bytes: [UInt8]) {
            var offset = 0
            var kinds: [BackendMessageKind] = []
            while offset < bytes.count {
                let size = 1 + bytes[offset + 1..<offset + 5].reduce(0) { $0 << 8 | Int($1) }
                if let kind = BackendMessageKind(rawValue: bytes[offset]) { kinds.append(kind) }
                offset += size
            }
            for kind in kinds {
                switch kind {
                case .error, .commandComplete, .emptyQuery: answers += 1
                case .readyForQuery:
                    if owed.isEmpty { trouble = "a ReadyForQuery that nobody asked for" }
                    else if owed.removeFirst(), answers != 1 { trouble = "a Query with \(answers) answers" }
                    answers = 0
                default: break
                }
            }
        }

        mutating func send(_ kind: FrontendMessageKind, _ text: String = "") {
            story.append("\(kind) \(text)")
            var body: [UInt8] = []
            switch kind {
            case .query: body = Array(text.utf8) + [0]
            case .parse: body = [0] + Array(text.utf8) + [0, 0, 0]
            case .bind: body = [0, 0, 0, 0, 0, 0, 0, 0]
            case .execute: body = [0, 0, 0, 0, 0]
            default: break
            }
            if kind == .query || kind == .sync { owed.append(kind == .query) }
            isUnitOpen = kind != .query && kind != .sync
            for _ in 0..<3 {
                let action = body.withUnsafeBytes {
                    session.isAttached ? session.received(kind, $0, isWhole: true, for: backend, &library) : session.received(kind, $0, &library)
                }
                switch action {
                case .forward: return arrive(kind, text)
                case .rewrite: return arriveRewritten(kind, body)
                case .reply(let bytes): return receive(bytes)
                case .swallow: return
                case .needBackend:
                    story.append("attach")
                    nodeStatus = .idle
                    isNodeSkipping = false
                    backend = BackendState(session.told)
                    receive(session.attached(backend))
                case .awaitAnswers, .administer, .terminate, .close:
                    trouble = "\(kind) was not taken"
                    return
                }
            }
            trouble = "\(kind) asks for a backend again and again"
        }

        private mutating func arrive(_ kind: FrontendMessageKind, _ text: String) {
            switch kind {
            case .query: onNode.append(.query(text))
            case .sync: onNode.append(.sync)
            case .parse:
                unnamed = text
                onNode.append(.parse)
            case .bind: onNode.append(.bind)
            case .execute: onNode.append(.execute(unnamed))
            default: trouble = "\(kind) was not sent"
            }
        }

        /// A Bind that gets its statement before it, or has none.
        private mutating func arriveRewritten(_ kind: FrontendMessageKind, _ body: [UInt8]) {
            var message = MessageWriter(), sent = MessageWriter()
            message.message(kind) { $0.raw(body) }
            message.bytes.withUnsafeBytes { session.rewritten($0, into: &sent) }
            guard kind == .bind else { return trouble = "\(kind) was rewritten" }
            onNode += sent.bytes.first == FrontendMessageKind.parse.rawValue ? [.parse, .bind] : [.refusedBind]
        }

        /// The node answers a unit of what it was sent.
        mutating func answer() {
            story.append("node answers")
            if !session.isAttached, !onNode.isEmpty { trouble = "the node was left with \(onNode)" }
            while trouble == nil, session.isAttached, !onNode.isEmpty {
                let next = onNode.removeFirst()
                if isNodeSkipping, next != .sync { continue }
                switch next {
                case .query(let text):
                    run(text)
                    say(.commandComplete)
                    return say(.readyForQuery)
                case .sync:
                    isNodeSkipping = false
                    return say(.readyForQuery)
                case .parse: say(.parseComplete)
                case .bind: say(.bindComplete)
                case .refusedBind:
                    isNodeSkipping = true
                    if nodeStatus == .inBlock { nodeStatus = .failed }
                    say(.error)
                case .execute(let text):
                    run(text)
                    say(.commandComplete)
                }
            }
        }

        private mutating func run(_ text: String) {
            switch text {
            case "BEGIN", "BEGIN; INSERT INTO t VALUES (1)": if nodeStatus == .idle { nodeStatus = .inBlock }
            case "COMMIT", "ROLLBACK", "ROLLBACK; SELECT 1": nodeStatus = .idle
            default: break
            }
        }

        private mutating func say(_ kind: BackendMessageKind) {
            var writer = MessageWriter()
            switch kind {
            case .readyForQuery: writer.readyForQuery(nodeStatus)
            case .commandComplete: writer.commandComplete("X")
            case .error: ErrorMessage(.error, SQLState("26000"), "there is no such statement").write(to: &writer)
            default: writer.bare(kind)
            }
            switch Array(writer.bytes.dropFirst(5)).withUnsafeBytes({ session.answered(kind, $0, isWhole: true, by: backend) }) {
            case .forward: receive(writer.bytes)
            case .release:
                receive(writer.bytes)
                session.detached()
            case .swallow: break
            case let other: trouble = "the node's \(kind) came to \(other)"
            }
        }

        mutating func lose(with words: Bool) {
            guard session.isAttached else { return }
            story.append(words ? "node says 57P01" : "node is gone")
            onNode = []
            var loss = BackendLoss.reset
            if words {
                let message = ErrorMessage(.fatal, .adminShutdown, "x")
                let reaction = Array(message.bytes.dropFirst(5)).withUnsafeBytes { session.answered(.error, $0, isWhole: true, by: backend) }
                guard case .lost(let said) = reaction else { return trouble = "the node's FATAL was not a loss" }
                loss = said
            }
            guard case .stay(let bytes) = session.backendLost(loss, brokeMessage: false, backend) else { return trouble = "a movable session was closed" }
            receive(bytes)
        }
    }

    @Test("Each Query gets one answer and one ReadyForQuery, each Sync one ReadyForQuery, whatever is lost when", arguments: 0..<400)
    func count(seed: Int) {
        let mode = seed.isMultiple(of: 2) ? PoolMode.session : .transaction
        let session = FrontendSession(StartupMessage(user: "anna", database: "shop"), key: BackendKey(process: 1, secret: 2), mode: mode)
        var world = World(random: Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15), session: session)
        world.session.attachedForLogin()
        world.receiveLogin()
        let texts = ["SELECT 1", "INSERT INTO t VALUES (1)", "BEGIN", "BEGIN; INSERT INTO t VALUES (1)", "COMMIT", "ROLLBACK", "ROLLBACK; SELECT 1"]
        for _ in 0..<120 where world.trouble == nil {
            switch Int.random(in: 0..<10, using: &world.random) {
            case 0..<3 where !world.isUnitOpen: world.send(.query, texts[Int.random(in: 0..<texts.count, using: &world.random)])
            case 0..<3: world.send(.sync)
            case 3: world.send(.parse, texts[Int.random(in: 0..<texts.count, using: &world.random)])
            case 4: world.send(.bind)
            case 5: world.send(.execute)
            case 6: world.send(.sync)
            case 7, 8: world.answer()
            default: world.lose(with: Bool.random(using: &world.random))
            }
        }
        if world.isUnitOpen { world.send(.sync) }
        while !world.onNode.isEmpty, world.trouble == nil { world.answer() }
        #expect(world.trouble == nil, "\(world.story.suffix(12))")
        #expect(world.owed.isEmpty || world.trouble != nil, "\(world.owed.count) are still owed after \(world.story.suffix(12))")
    }
}

extension AnswerCountTests.World {
    fileprivate mutating func receiveLogin() {
        _ = ([0, 0, 0, 0] as [UInt8]).withUnsafeBytes { session.answeredDuringLogin(.authentication, $0) }
        _ = [UInt8(ascii: "I")].withUnsafeBytes { session.answeredDuringLogin(.readyForQuery, $0) }
        _ = session.attached(backend)
        if session.isReleasing(backend) { session.detached() }
    }
}
