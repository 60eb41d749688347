internal import Foundation

/// A thread for one piece of work that blocks or computes for long: the threads that tasks share have probes to serve.
package enum OwnThread {
    /// Runs `body` on a thread of its own. The caller bounds how many there are.
    package static func run<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in Thread.detachNewThread { continuation.resume(returning: body()) } }
    }
}
