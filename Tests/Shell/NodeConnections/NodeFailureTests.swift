import Glibc
import Reactor
import Testing
@testable import NodeConnections

@Suite("NodeFailure")
struct NodeFailureTests {
    @Test("The server's error is found in libpq's words, whatever the address before it and the language behind it", arguments: [
        (#"connection to server at "127.0.0.1", port 5432 failed: FATAL:  57P03: the database system is starting up"#, "57P03"),
        (#"connection to server at "::1", port 5432 failed: FATAL:  28P01: password authentication failed for user "x""#, "28P01"),
        (#"connection to server on socket "/run/a: b/.s.PGSQL.5432" failed: FATAL:  53300: sorry, too many clients already"#, "53300"),
        ("PANIC:  XX000: could not fork", "XX000"),
        ("Verbindung zum Server auf »::1«, Port 1 fehlgeschlagen: FATAL:  3D000: Datenbank »x« existiert nicht", "3D000"),
    ])
    func sqlState(_ line: String, _ state: String) throws {
        let found = try #require(PostgresHandle.serverError(in: line))
        #expect(found.sqlState == state)
        #expect(line.hasSuffix(": " + found.message))
    }

    @Test("Words of libpq's own carry no SQLSTATE", arguments: [
        #"connection to server at "127.0.0.1", port 5432 failed: Connection refused"#, "\tIs the server running on that host and accepting TCP/IP connections?",
        #"connection to server at "fe80:12345:aaaa::1", port 54321 failed: timeout expired"#, "fe_sendauth: no password supplied", "", ":", ": ", ": ABCDE", "x: FATAL:  no SQLSTATE behind it",
    ])
    func noState(_ line: String) { #expect(PostgresHandle.serverError(in: line) == nil) }

    @Test("Several addresses together prove no more death than the liveliest of them")
    func together() {
        let refused = NodeFailure.refused(""), noRoute = NodeFailure.unreachable(""), silent = NodeFailure.timedOut(""), unable = NodeFailure.unable("")
        #expect(NodeFailure.together([refused, refused]) == refused)
        #expect(NodeFailure.together([noRoute, refused]) == refused, "no IPv6 here says nothing about the IPv4 address")
        #expect(NodeFailure.together([unable, refused]) == refused)
        #expect(NodeFailure.together([refused, silent]) == silent)
        #expect(NodeFailure.together([silent, .lost("")]) == .lost(""))
        #expect(NodeFailure.together([unable]) == unable)
        #expect(NodeFailure.together([]) == nil)
    }

    @Test("A password prints itself nowhere")
    func secret() {
        let target = ConnectionTarget(host: "h", port: 1, user: "u", password: Password("hunter2"), database: "d", connectTimeout: .seconds(1))
        var dumped = ""
        dump(target, to: &dumped)
        for text in ["\(target)", String(reflecting: target), dumped, "\(target.password)"] { #expect(!text.contains("hunter2")) }
    }

    @Test("What our own process lacks is told from what the node refuses")
    func codes() {
        #expect(Knock(SocketError("connect", code: ECONNREFUSED)) == .refused)
        #expect(Knock(SocketError("connect", code: ENOENT)) == .refused)
        #expect(Knock(SocketError("connect", code: EHOSTUNREACH)) == .silent)
        #expect(Knock(SocketError("connect", code: ETIMEDOUT)) == .silent)
        #expect(Knock(SocketError("connect", code: EAGAIN)) == .silent, "a full backlog of a Unix-domain socket")
        #expect(Knock(SocketError("connect", code: ENETUNREACH)) == .noWay)
        for code in [EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL] { #expect(Knock(SocketError("connect", code: code)) == .unable) }
    }
}
