@preconcurrency internal import Dispatch
internal import Foundation

/// The signals that steer the daemon, as a stream.
final class SignalStream: Sendable {
    let stream: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    /// From now on SIGTERM, SIGINT, SIGQUIT and SIGHUP arrive here and nowhere else.
    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingOldest(16))
        self.stream = stream
        sources = [SIGTERM, SIGINT, SIGQUIT, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }
}
