import PostgresWire
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

    fileprivate struct World {
        var random: Random
        var session = FrontendSession(StartupMessage(user: "anna", database: "shop"), key: BackendKey(process: 1, secret: 2), isSecretKnown: true)
        /// What the client waits for: true is a Query, which gets an answer before its ReadyForQuery; false a Sync.
        var owed: [Bool] = []
        var answers = 0
        var trouble: String?
        var story: [String] = []
        /// What the node was sent and has not answered: the text of a Query, nil for a Sync.
        var onNode: [String?] = []
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
                switch body.withUnsafeBytes({ session.received(kind, $0) }) {
                case .forward:
                    if kind == .query { onNode.append(text) }
                    if kind == .sync { onNode.append(nil) }
                    return
                case .reply(let bytes): return receive(bytes)
                case .swallow: return
                case .needBackend:
                    story.append("attach")
                    nodeStatus = .idle
                    receive(session.attached(session.told))
                case .awaitAnswers, .administer, .terminate, .close:
                    trouble = "\(kind) was not taken"
                    return
                }
            }
            trouble = "\(kind) asks for a backend again and again"
        }

        /// The node answers the oldest thing it was sent.
        mutating func answer() {
            guard !onNode.isEmpty else { return }
            story.append("node answers")
            let text = onNode.removeFirst()
            switch text {
            case "BEGIN", "BEGIN; INSERT INTO t VALUES (1)": nodeStatus = .inBlock
            case "COMMIT", "ROLLBACK": nodeStatus = .idle
            default: break
            }
            var writer = MessageWriter()
            if text != nil { writer.commandComplete("X") }
            writer.readyForQuery(nodeStatus)
            guard case .forward = [nodeStatus.rawValue].withUnsafeBytes({ session.answered(.readyForQuery, $0) }) else {
                trouble = "the node's ReadyForQuery was not forwarded"
                return
            }
            receive(writer.bytes)
        }

        mutating func lose(with words: Bool) {
            guard session.isAttached else { return }
            story.append(words ? "node says 57P01" : "node is gone")
            onNode = []
            var loss = BackendLoss.reset
            if words {
                let message = ErrorMessage(.fatal, .adminShutdown, "x")
                let reaction = Array(message.bytes.dropFirst(5)).withUnsafeBytes { session.answered(.error, $0) }
                guard case .lost(let said) = reaction else { return trouble = "the node's FATAL was not a loss" }
                loss = said
            }
            guard case .stay(let bytes) = session.backendLost(loss, brokeMessage: false) else { return trouble = "a movable session was closed" }
            receive(bytes)
        }
    }

    @Test("Each Query gets one answer and one ReadyForQuery, each Sync one ReadyForQuery, whatever is lost when", arguments: 0..<400)
    func count(seed: Int) {
        var world = World(random: Random(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15))
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
        while !world.onNode.isEmpty { world.answer() }
        #expect(world.trouble == nil, "\(world.story.suffix(12))")
        #expect(world.owed.isEmpty || world.trouble != nil, "\(world.owed.count) are still owed after \(world.story.suffix(12))")
    }
}

extension AnswerCountTests.World {
    fileprivate mutating func receiveLogin() {
        _ = ([0, 0, 0, 0] as [UInt8]).withUnsafeBytes { session.answered(.authentication, $0) }
        _ = [UInt8(ascii: "I")].withUnsafeBytes { session.answered(.readyForQuery, $0) }
    }
}
