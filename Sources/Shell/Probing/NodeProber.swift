internal import CLinux
internal import Glibc
package import HealthTracking
package import Reactor

/// Probes one node on the schedule its health asks for, and at once when traffic failed.
package final class NodeProber: Sendable {
    private let observer: NodeObserver
    private let policy: NodeHealth.Policy
    private let waiter: DescriptorWaiter
    private let alarm: Alarm

    /// Fails only when the process has no descriptor left.
    package init(observer: NodeObserver, policy: NodeHealth.Policy, waiter: DescriptorWaiter) throws(SocketError) {
        self.observer = observer
        self.policy = policy
        self.waiter = waiter
        alarm = try Alarm()
    }

    /// Traffic failed: looks at the node at once, or once more when a look is under way. Any number of calls are one.
    package func evidenceArrived() { alarm.ring() }

    /// Probes until the task is cancelled; `report` is called after every probe.
    package func run(_ report: @Sendable (NodeHealth) -> Void) async {
        var health = NodeHealth(policy: policy)
        let began = Monotonic.now()
        while !Task.isCancelled {
            alarm.quiet()
            let result = await observer.look()
            let pause = health.probed(result, at: Monotonic.now() - began)
            guard !Task.isCancelled else { return }
            report(health)
            _ = await waiter.wait(for: alarm.descriptor, .readable, until: .now() + (pause ?? .seconds(86_400)))
        }
    }
}

/// Something another thread can ring and a task can wait for: an eventfd.
private final class Alarm: Sendable {
    let descriptor: Int32

    init() throws(SocketError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw SocketError("eventfd") }
    }

    deinit { close(descriptor) }

    func ring() {
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }

    func quiet() {
        var count: UInt64 = 0
        read(descriptor, &count, 8)
    }
}
