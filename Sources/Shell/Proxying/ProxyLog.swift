/// A line for the operator's log.
package struct ProxyLogEntry: Hashable, Sendable {
    /// How much a line matters.
    package enum Level: String, Sendable { case debug, info, warning }
    package let level: Level
    package let message: String
}

/// Where lines go; called on loops, so it must not block.
package typealias ProxyLog = @Sendable (ProxyLogEntry) -> Void
