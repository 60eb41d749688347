import Glibc
import Testing
@testable import Reactor

@Suite("DescriptorWaiter")
struct DescriptorWaiterTests {
    private func makePipe() -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        precondition(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test("A wait ends when the descriptor becomes ready")
    func ready() async throws {
        let waiter = try DescriptorWaiter(), ends = makePipe()
        defer { close(ends.read); close(ends.write) }
        async let outcome = waiter.wait(for: ends.read, .readable, until: .now() + .seconds(30))
        #expect(write(ends.write, "x", 1) == 1)
        #expect(await outcome == .ready)
        await waiter.shutDown()
    }

    @Test("A wait ends at its deadline")
    func deadline() async throws {
        let waiter = try DescriptorWaiter(), ends = makePipe()
        defer { close(ends.read); close(ends.write) }
        let deadline = Monotonic.now() + .milliseconds(20)
        #expect(await waiter.wait(for: ends.read, .readable, until: deadline) == .timedOut)
        #expect(Monotonic.now() >= deadline)
        await waiter.shutDown()
    }

    @Test("A cancelled task does not wait for its deadline")
    func cancel() async throws {
        let waiter = try DescriptorWaiter(), ends = makePipe()
        defer { close(ends.read); close(ends.write) }
        let task = Task { await waiter.wait(for: ends.read, .readable, until: .now() + .seconds(3600)) }
        task.cancel()
        #expect(await task.value == .timedOut)
        await waiter.shutDown()
    }

    @Test("Shutting down ends every wait, and later waits end at once")
    func shutDown() async throws {
        let waiter = try DescriptorWaiter(), ends = makePipe()
        defer { close(ends.read); close(ends.write) }
        let waits = (0..<1).map { _ in Task { await waiter.wait(for: ends.read, .readable, until: .now() + .seconds(3600)) } }
        await waiter.shutDown()
        for wait in waits { #expect(await wait.value == .timedOut) }
        #expect(await waiter.wait(for: ends.read, .readable, until: .now() + .seconds(3600)) == .timedOut)
    }
}
