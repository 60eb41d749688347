package import Foundation

/// What the command line asks a daemon over its control socket: one JSON object a line each way.
package struct ControlRequest: Codable, Sendable {
    /// A verb of `ControlCommands`.
    package var command: String
    /// For `events`: how many of the newest; for others nothing.
    package var limit: Int?
    /// For `events`: go on with each new one until the asker hangs up.
    package var follow: Bool?
    /// For `pause` and `resume`: the database; nil is every one.
    package var database: String?
    /// For `hooks.list`: the event; nil is every one. For `events.show`: an id or a number.
    package var event: String?
    /// For `hooks.deploy`: a directory of the daemon's machine; nil is the configured one.
    package var folder: String?
    /// For `failover.accept_loss`: the epoch that the person was told of.
    package var epoch: UInt64?
    /// For `hooks.rollback` and `hooks.diff`.
    package var generations: [Int]?
    /// For `attach`, `detach`, `promote` and `maintenance`.
    package var order: OrderRequest?
    /// For `hooks.run`, `replay`, `trace`, `cancel` and `console`.
    package var run: HookRunRequest?

    /// An order about a node, or about all of them.
    package init(command: String, order: OrderRequest) {
        self.init(command: command)
        self.order = order
    }

    /// A question about runs of hooks.
    package init(command: String, run: HookRunRequest) {
        self.init(command: command)
        self.run = run
    }

    package init(command: String, limit: Int? = nil, follow: Bool? = nil, database: String? = nil, event: String? = nil, folder: String? = nil,
                 generations: [Int]? = nil, epoch: UInt64? = nil) {
        self.epoch = epoch
        self.command = command
        self.limit = limit
        self.follow = follow
        self.database = database
        self.event = event
        self.folder = folder
        self.generations = generations
    }
}

/// What an operator orders.
package struct OrderRequest: Codable, Sendable {
    /// A node's number or name.
    package var node: String?
    package var reason: String?
    /// For `detach`: also the primary, by a failover.
    package var failsOver: Bool?
    /// For `maintenance`.
    package var isOn: Bool?

    package init(node: String? = nil, reason: String? = nil, failsOver: Bool? = nil, isOn: Bool? = nil) {
        self.node = node
        self.reason = reason
        self.failsOver = failsOver
        self.isOn = isOn
    }
}

/// An answer: either a result or an error; `events --follow` sends many.
package struct ControlReply<Result: Codable & Sendable>: Codable, Sendable {
    package var result: Result?
    /// A sentence that says what was expected, what came, and what to do.
    package var error: String?
}

/// How both sides write a line.
package enum ControlLine {
    /// Longer lines end the conversation.
    package static let limit = 1 << 20

    /// One value as one line of JSON, its end included.
    package static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value) + Data([UInt8(ascii: "\n")])
    }
}
