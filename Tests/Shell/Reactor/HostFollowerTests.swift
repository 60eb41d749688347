import Synchronization
import Testing
@testable import Reactor

@Suite("HostFollower")
struct HostFollowerTests {
    /// Reports, for a test that waits for the next one.
    private final class Reports: Sendable {
        let stream: AsyncStream<[HostName: [SocketAddress]]>
        private let input: AsyncStream<[HostName: [SocketAddress]]>.Continuation
        init() { (stream, input) = AsyncStream.makeStream() }
        func add(_ report: [HostName: [SocketAddress]]) { input.yield(report) }
    }

    private let db = HostName(host: "db1", port: 5432)
    private func address(_ last: Int) throws -> SocketAddress { try #require(SocketAddress(numeric: "192.0.2.\(last)", port: 5432)) }

    @Test("Changes are told, every address of a name, and an answer that is missing changes nothing")
    func changes() async throws {
        let one = try address(1), two = try address(2)
        let answers = Mutex([[one], [], [one], [two, one]])
        let resolver = HostResolver(refresh: .milliseconds(1)) { _, _ in answers.withLock { $0.isEmpty ? [] : $0.removeFirst() } }
        let reports = Reports()
        let follower = try HostFollower(resolver, refresh: .milliseconds(1)) { reports.add($0) }
        follower.follow([db])
        var seen: [[SocketAddress]] = []
        for await report in reports.stream {
            seen.append(report[db] ?? [])
            if seen.count == 2 { break }
        }
        #expect(seen == [[one], [two, one]])
        follower.stop()
    }

    @Test("What is no name is told at once, with names that somebody else had resolved before")
    func known() async throws {
        let one = try address(1)
        let resolver = HostResolver(refresh: .seconds(60)) { _, _ in [one] }
        #expect(await resolver.addresses(of: db) == [one])
        let reports = Reports(), numeric = HostName(host: "192.0.2.1", port: 5432), socket = HostName(host: "/tmp", port: 5432)
        let follower = try HostFollower(resolver, refresh: .seconds(60)) { reports.add($0) }
        follower.follow([numeric, socket, db])
        var iterator = reports.stream.makeAsyncIterator()
        #expect(await iterator.next() == [numeric: [one], socket: try [#require(SocketAddress(path: "/tmp/.s.PGSQL.5432"))], db: [one]])
        follower.follow([numeric])
        follower.follow([numeric, HostName(host: "db2", port: 5432)])
        #expect(await iterator.next() == [numeric: [one], HostName(host: "db2", port: 5432): [one]], "names that are followed no more are forgotten")
        follower.stop()
    }
}
