import Glibc
import Synchronization
import Testing
@testable import Reactor

@Suite("HostResolver")
struct HostResolverTests {
    private final class Script: Sendable {
        private let answers: Mutex<[[SocketAddress]]>
        init(_ answers: [SocketAddress]...) { self.answers = Mutex(answers) }
        /// The next answer; none once all were given.
        func next() -> [SocketAddress] { answers.withLock { $0.isEmpty ? [] : $0.removeFirst() } }
    }

    private func address(_ last: Int) throws -> SocketAddress { try #require(SocketAddress(numeric: "192.0.2.\(last)", port: 5432)) }

    @Test("A numeric host is its own address, and nobody is asked")
    func numeric() async throws {
        let resolver = HostResolver(refresh: .zero) { _, _ in preconditionFailure("asked") }
        #expect(await resolver.addresses(of: HostName(host: "192.0.2.1", port: 5432)) == [try address(1)])
    }

    @Test("The last good answer is kept while the resolver has none")
    func lastGood() async throws {
        let first = try address(1), script = Script([first])
        let resolver = HostResolver(refresh: .zero) { _, _ in script.next() }
        for _ in 0..<20 { #expect(await resolver.addresses(of: HostName(host: "db1", port: 5432)) == [first]) }
    }

    @Test("A name that had no address is asked for again at the next need")
    func again() async throws {
        let first = try address(1), script = Script([], [first])
        let resolver = HostResolver(refresh: .seconds(60)) { _, _ in script.next() }
        #expect(await resolver.addresses(of: HostName(host: "db1", port: 5432)).isEmpty)
        #expect(await resolver.addresses(of: HostName(host: "db1", port: 5432)) == [first])
    }

    @Test("One who is cancelled gets no address at once; others still get theirs", arguments: [false, true])
    func cancelled(_ beforeAsking: Bool) async throws {
        let first = try address(1), isAsked = Atomic(false), mayAnswer = Atomic(false)
        let resolver = HostResolver(refresh: .seconds(60)) { _, _ in
            isAsked.store(true, ordering: .releasing)
            while !mayAnswer.load(ordering: .acquiring) {}
            return [first]
        }
        let patient = Task { await resolver.addresses(of: HostName(host: "db1", port: 5432)) }
        while !isAsked.load(ordering: .acquiring) { await Task.yield() }
        let hasty = Task {
            if beforeAsking { while !Task.isCancelled { await Task.yield() } }
            return await resolver.addresses(of: HostName(host: "db1", port: 5432))
        }
        hasty.cancel()
        #expect(await hasty.value.isEmpty)
        mayAnswer.store(true, ordering: .releasing)
        #expect(await patient.value == [first])
    }

    @Test("A directory is its socket's path, and nobody is asked")
    func directory() async {
        let resolver = HostResolver(refresh: .zero) { _, _ in preconditionFailure("asked") }
        #expect(await resolver.addresses(of: HostName(host: "/run", port: 5433)).map(\.description) == ["/run/.s.PGSQL.5433"])
    }

    @Test("No more names are asked for at one time than there are threads, and all get their answer")
    func bounded() async throws {
        let first = try address(1), asked = Atomic(0), most = Atomic(0)
        let resolver = HostResolver(refresh: .seconds(60)) { _, _ in
            most.max(asked.add(1, ordering: .acquiringAndReleasing).newValue, ordering: .acquiringAndReleasing)
            while most.load(ordering: .acquiring) < HostResolver.mostThreads { usleep(1000) }
            asked.subtract(1, ordering: .acquiringAndReleasing)
            return [first]
        }
        let answers = await withTaskGroup(of: [SocketAddress].self) { group in
            for number in 0..<HostResolver.mostThreads * 4 { group.addTask { await resolver.addresses(of: HostName(host: "db\(number)", port: 1)) } }
            return await group.reduce(into: 0) { if $1 == [first] { $0 += 1 } }
        }
        #expect(answers == HostResolver.mostThreads * 4)
        #expect(most.load(ordering: .acquiring) == HostResolver.mostThreads)
    }

    @Test("Names beyond the bound are still resolved: others are forgotten for them")
    func forgets() async throws {
        let first = try address(1), count = Atomic(0)
        let resolver = HostResolver(refresh: .seconds(60)) { _, _ in
            count.add(1, ordering: .relaxed)
            return [first]
        }
        for number in 0...HostResolver.mostNames { #expect(await resolver.addresses(of: HostName(host: "db\(number)", port: 1)) == [first]) }
        #expect(await resolver.addresses(of: HostName(host: "db0", port: 1)) == [first])
        #expect(count.load(ordering: .relaxed) == HostResolver.mostNames + 2, "the first was forgotten and asked for again")
    }
}
