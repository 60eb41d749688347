import Glibc
import Testing
@testable import Reactor

@Suite("Edges")
struct EdgeTests {
    /// Counts how often it is told of one descriptor, and reads nothing.
    private final class Listening: EventHandler {
        enum Message: Sendable {
            case watch(Int32, Interest)
            case change(Int32, Interest)
            case told(CheckedContinuation<Int, Never>)
            case stop
        }

        private let reactor: Reactor<Listening>
        private var told = 0

        init(_ reactor: Reactor<Listening>) { self.reactor = reactor }

        func ready(_ token: Token, _ readiness: Readiness) { told += 1 }
        func timerFired(_ token: Token) {}

        func received(_ message: Message) {
            switch message {
            case .watch(let descriptor, let interest):
                do { try reactor.add(descriptor, Token(bits: 1), interest) } catch { Issue.record(error) }
            case .change(let descriptor, let interest): reactor.change(descriptor, Token(bits: 1), interest)
            case .told(let continuation): continuation.resume(returning: told)
            case .stop: reactor.stop()
            }
        }
    }

    /// How often a loop tells of a descriptor with bytes that nobody reads, in ten turns or more; and in as many after it was asked to tell again.
    private func count(_ interest: Interest) async throws -> (first: Int, then: Int) {
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        let reader = ends[0], writer = ends[1]
        defer { for end in [reader, writer] { close(end) } }
        try #require(write(writer, "a", 1) == 1)
        let thread = try LoopThread<Listening>(name: "edges", mailboxCapacity: 8) { Listening($0) }
        func turns() async -> Int {
            var told = 0
            for _ in 0..<10 { told = await withCheckedContinuation { _ = thread.mailbox.post(.told($0)) } }
            return told
        }
        _ = thread.mailbox.post(.watch(reader, interest))
        let first = await turns()
        _ = thread.mailbox.post(.change(reader, interest))
        let then = await turns()
        _ = thread.mailbox.post(.stop)
        await thread.waitUntilEnded()
        return (first, then)
    }

    @Test("A descriptor that is watched by its edges is told of once, and again where that is asked for")
    func edges() async throws {
        let told = try await count([.readable, .edge])
        #expect(told.first == 1)
        #expect(told.then == 2)
    }

    @Test("Others are told of as long as there is something to read")
    func levels() async throws {
        let told = try await count(.readable)
        #expect(told.first > 5)
    }
}
