import ClusterModel
import Failover
import HealthTracking

/// What comes of asking a node.
enum Reply<Answer> {
    case answered(Answer)
    case refused, notReady, silent

    var silence: String {
        switch self {
        case .answered: "answers"
        case .refused: "refuses connections"
        case .notReady: "is starting"
        case .silent: "does not answer"
        }
    }
}

extension Reply<NodeObservation> {
    var probeResult: ProbeResult {
        switch self {
        case .answered(let seen): .answered(seen, remark: "")
        case .refused: .refused(reason: silence)
        case .notReady: .notReady(reason: silence)
        case .silent: .silent(reason: silence)
        }
    }

    var answer: Election.Answer {
        if case .answered(let seen) = self { .success(seen) } else { .failure(NodeSilence(silence)) }
    }
}

extension Daemon {
    /// Has a node do something. What was sent is done even when nobody waits for the answer any more.
    func ask<Answer>(_ node: NodeID, within limit: Int, _ request: @escaping (Server, @escaping (Answer) -> Void) -> Void,
                     then done: @escaping (Daemon, Reply<Answer>) -> Void) {
        var isDone = false
        func end(_ reply: Reply<Answer>) {
            guard !isDone, isAlive else { return }
            isDone = true
            done(self, reply)
        }
        let server = world.servers[node.number]
        func travel(_ arrive: @escaping () -> Void) {
            world.after(world.latency()) { [world] in if !world.isCut(World.member, node.number) { arrive() } }
        }
        travel {
            switch server.process {
            case .stopped: travel { end(.refused) }
            case .starting: travel { end(.notReady) }
            case .running: server.handle { request(server) { answer in travel { end(.answered(answer)) } } }
            }
        }
        after(limit) { _ in end(.silent) }
    }

    /// Has several nodes do something at once.
    func ask<Answer>(all nodes: [NodeID], within limit: Int, _ request: @escaping (Server, @escaping (Answer) -> Void) -> Void,
                     then done: @escaping (Daemon, [NodeID: Reply<Answer>]) -> Void) {
        var replies: [NodeID: Reply<Answer>] = [:]
        for node in nodes {
            ask(node, within: limit, request) { daemon, reply in
                replies[node] = reply
                if replies.count == nodes.count { done(daemon, replies) }
            }
        }
    }
}
