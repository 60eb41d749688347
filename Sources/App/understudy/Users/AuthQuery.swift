internal import ClusterModel
internal import Credentials
internal import NodeConnections
internal import Reactor
internal import Sessions
internal import Settings

/// `auth_query`: the secret of a user, as a node has it.
///
/// Names are looked up in pg_catalog alone, so that no schema that users can write to gives them another meaning.
struct AuthQuery {
    private static let timeout = Duration.seconds(5)

    private let text: String
    private let channels: [(node: Node, channel: NodeChannel)]

    /// nil without `auth_user`.
    init?(_ settings: Settings, _ secrets: KnownSecrets, _ encryption: ConnectionTarget.Encryption, _ nodes: [Node], _ waiter: DescriptorWaiter, _ resolver: HostResolver) {
        let user = settings[\.authentication.authUser]
        guard !user.isEmpty else { return nil }
        text = settings[\.authentication.authQuery]
        let password = Password(secrets.secrets[user]?.clearText ?? "")
        channels = nodes.map { node in
            let target = ConnectionTarget(host: node.host, port: node.port, user: user, password: password, database: settings[\.authentication.authDatabase],
                                          connectTimeout: settings[\.health.connectTimeout, node: node.id.number], searchPath: "pg_catalog",
                                          encryption: encryption)
            return (node, NodeChannel(target, waiter: waiter, resolver: resolver))
        }
    }

    /// Asks the primary, or while there is none whichever node answers: roles are the same on all of them.
    func ask(_ user: String, first primary: NodeID?) async -> SecretCache.Answer {
        var reasons: [String] = []
        for (node, channel) in channels.filter({ $0.node.id == primary }) + channels.filter({ $0.node.id != primary }) {
            do {
                return Self.answer(try await channel.ask(text, [user], timeout: Self.timeout), user)
            } catch {
                reasons.append("\(node.name) \(error)")
                // What the server itself refuses, the others would refuse too.
                switch error {
                case .sql(_, _, isFatal: false), .rejected("28P01", _), .rejected("28000", _), .rejected("3D000", _):
                    return .mistaken(reason: "auth_query: " + reasons.joined(separator: "; "))
                case .sql, .refused, .unreachable, .timedOut, .rejected, .lost, .unable, .cancelled: break
                }
            }
        }
        return .failed(reason: "auth_query: " + (reasons.isEmpty ? "there is no node" : reasons.joined(separator: "; ")))
    }

    /// The first row: the user's name and the secret, which may be NULL.
    private static func answer(_ rows: Rows, _ user: String) -> SecretCache.Answer {
        guard let row = rows.values.first else { return .unknown }
        guard row.count >= 2 else { return .mistaken(reason: "auth_query: expected two columns, the user's name and secret, got \(row.count)") }
        guard row[0] == user, let secret = row[1], !secret.isEmpty else { return .unknown }
        return UserSecret(stored: secret).map(SecretCache.Answer.known) ?? .mistaken(reason: "auth_query: expected a secret as in pg_authid, md5… or SCRAM-SHA-256$…")
    }
}
