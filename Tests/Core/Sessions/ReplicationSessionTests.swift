import PostgresWire
import Settings
import Testing
@testable import Sessions

@Suite("Replication sessions")
struct ReplicationSessionTests {
    private static let packet = StartupMessage(user: "repl", database: "shop", parameters: [
        .init("replication", "database"), .init("application_name", "node7"), .init("options", "-e -c a=b"),
    ])
    private var session = FrontendSession(Self.packet, key: BackendKey(process: 1, secret: 2), mode: .transaction)
    private var backend = BackendState(ServerParameters())
    private var library = StatementLibrary(shard: 0)

    private mutating func serve() {
        session.authenticated()
        _ = session.attached(&backend)
    }

    private mutating func send(_ kind: FrontendMessageKind, _ text: String = "") -> FrontendSession.Action {
        Array((text + "\u{0}").utf8).withUnsafeBytes { session.received(kind, $0, isWhole: true, for: &backend, &library) }
    }

    private mutating func hear(_ kind: BackendMessageKind, _ body: [UInt8] = []) -> FrontendSession.Reaction {
        body.withUnsafeBytes { session.answered(kind, $0, isWhole: true, by: &backend) }
    }

    @Test("The node gets the startup packet as it came, and no statements of ours")
    mutating func startup() {
        #expect(session.startupAtNode == Self.packet)
        #expect(session.alignment(of: backend) == nil)
        #expect(session.mode == .session, "its backend is its own whatever pool_mode says")
        #expect(session.hold != nil && session.obstacle?.contains("a replication connection") == true)
    }

    @Test("Commands of a walsender are not read as SQL, and the stream passes in both directions until both sides end it")
    mutating func stream() {
        serve()
        #expect(send(.query, "SHOW pool_nodes") == .forward, "not answered by the proxy")
        #expect(hear(.commandComplete, Array("SHOW\u{0}".utf8)) == .forward)
        #expect(hear(.readyForQuery, Array("I".utf8)) == .forward)
        #expect(send(.query, "START_REPLICATION SLOT \"s\" LOGICAL 0/0") == .forward)
        #expect(hear(.copyBoth, [0, 0, 0]) == .forward)
        #expect(hear(.copyData, [119]) == .forward)
        #expect(send(.copyData) == .forward)
        #expect(session.isBetweenTransactions(backend), "a smart stop does not wait for the end of all WAL")
        #expect(!session.leavesCleanly(backend))
        #expect(send(.copyDone) == .forward)
        #expect(hear(.copyData, [119]) == .forward)
        #expect(hear(.copyDone) == .forward)
        #expect(hear(.commandComplete, Array("START_STREAMING\u{0}".utf8)) == .forward)
        #expect(hear(.readyForQuery, Array("I".utf8)) == .forward, "and the backend is not given back")
        #expect(!backend.isBusy)
    }

    @Test("What a walsender refuses is answered up to Sync")
    mutating func extended() {
        serve()
        for kind in [FrontendMessageKind.parse, .bind, .describe, .execute, .sync] { #expect(send(kind) == .forward) }
        let error = Array(ErrorMessage(.error, .protocolViolation, "extended query protocol not supported in a replication connection").bytes.dropFirst(5))
        #expect(hear(.error, error) == .forward)
        #expect(hear(.readyForQuery, Array("I".utf8)) == .forward)
    }
}
