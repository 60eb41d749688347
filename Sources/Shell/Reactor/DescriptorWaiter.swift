/// Lets a task wait for a descriptor without blocking a thread: one loop that serves the whole control plane.
///
/// The descriptor stays the caller's; it must not be closed while a wait for it is under way.
package struct DescriptorWaiter: Sendable {
    /// How a wait ended.
    package enum Outcome: Sendable { case ready, timedOut }

    private let loop: LoopThread<WaitLoop>

    /// One per process is enough; fails only when threads or descriptors ran out.
    package init() throws(SocketError) {
        loop = try LoopThread(name: "control", mailboxCapacity: 65_536) { WaitLoop($0) }
    }

    /// Suspends until `descriptor` is ready for `interest` (a hang-up counts), or `deadline` passed.
    /// A cancelled task gets `.timedOut` at once. At most one wait per descriptor at a time.
    package func wait(for descriptor: Int32, _ interest: Interest, until deadline: Monotonic) async -> Outcome {
        let cancellation = WaitLoop.Cancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let wait = WaitLoop.Wait(descriptor: descriptor, interest: interest, deadline: deadline,
                                         cancellation: cancellation, continuation: continuation)
                if !loop.mailbox.post(.begin(wait)) { continuation.resume(returning: .timedOut) }
            }
        } onCancel: {
            cancellation.request()
            _ = loop.mailbox.post(.cancel(cancellation.id))
        }
    }

    /// Suspends for `duration`, or less when the task is cancelled.
    package func sleep(_ duration: Duration) async {
        _ = await wait(for: -1, [], until: .now() + duration)
    }

    /// Ends the loop; waits under way end as timed out.
    package func shutDown() async {
        _ = loop.mailbox.post(.stop)
        await loop.waitUntilEnded()
    }
}
