internal import Administration
internal import ClusterModel
internal import Coordination
internal import Credentials
internal import Foundation
internal import NodeConnections
internal import Proxying
internal import Reactor
internal import Sessions
internal import Settings

/// What the nodes know of users: `auth_query`, and whether a password is right.
///
/// Each request is a task of its own; there are no more of them than frontends that log in.
final class UserDirectory: SecretSource {
    /// Passwords that the primary, PAM or a verifier judges at a time.
    private static let mostJudgements = 8
    /// Between two tries while no node can be asked.
    private static let pause = Duration.milliseconds(200)

    /// nil without `auth_user`.
    private let cache: SecretCache?
    private let nodes: [Node]
    private let waiter: DescriptorWaiter
    private let resolver: HostResolver
    private let coordinator: CoordinatorReference
    private let connectTimeout: Duration
    private let encryption: ConnectionTarget.Encryption
    private let patience: Duration
    private let judging = AsyncSemaphore(mostJudgements)

    init(_ settings: Settings, _ secrets: KnownSecrets, _ folder: URL, _ nodes: [Node], _ waiter: DescriptorWaiter, _ resolver: HostResolver,
         _ coordinator: CoordinatorReference) {
        encryption = settings.controlEncryption(folder)
        self.nodes = nodes
        self.waiter = waiter
        self.resolver = resolver
        self.coordinator = coordinator
        connectTimeout = settings[\.health.connectTimeout]
        let limit = settings[\.connections.authenticationTimeout]
        patience = limit == .zero ? .seconds(60) : limit
        let query = AuthQuery(settings, secrets, encryption, nodes, waiter, resolver)
        cache = query.map { query in
            SecretCache(life: settings[\.authentication.authQueryLife]) { user in await query.ask(user, first: await coordinator.value?.snapshot().primary) }
        }
    }

    func find(_ user: String, reply: @escaping @Sendable (SecretAnswer) -> Void) {
        guard let cache else { return reply(.unknown) }
        Task {
            let deadline = Monotonic.now() + patience
            while true {
                switch await cache.secret(of: user) {
                case .known(let secret): return reply(.known(secret))
                case .unknown: return reply(.unknown)
                case .failed(let reason):
                    // While the nodes change places a login waits, as a statement does.
                    guard Monotonic.now() + Self.pause < deadline else { return reply(.failed(reason: reason)) }
                    await waiter.sleep(Self.pause)
                }
            }
        }
    }

    func doubt(_ user: String) {
        guard let cache else { return }
        Task { await cache.doubt(user) }
    }

    func judge(_ judge: FrontendLogin.Judge, _ candidate: LoginCandidate, reply: @escaping @Sendable (FrontendLogin.Judgement) -> Void) {
        switch judge {
        case .verifier(let verifier):
            Task {
                await judging.wait()
                defer { judging.signal() }
                let password = ClearPassword(normalising: candidate.password)
                let isRight = await OwnThread.run { verifier.isSatisfied(by: password) }
                reply(isRight ? .right(password) : .wrong(reason: "the password is not that of the stored verifier"))
            }
        case .node:
            Task {
                guard let node = await primary() else { return reply(.impossible(reason: "there was no primary to try the password at for \(patience)")) }
                await judging.wait()
                defer { judging.signal() }
                reply(await judged(by: node, candidate))
            }
        case .pam(let service):
            Task {
                await judging.wait()
                defer { judging.signal() }
                switch await PAM().judge(service: service, user: candidate.user, password: candidate.password, host: candidate.address) {
                case .right: reply(.right(ClearPassword(normalising: candidate.password)))
                case .wrong(let reason): reply(.wrong(reason: "pam (\(service)): \(reason)"))
                case .impossible(let reason): reply(.impossible(reason: "pam (\(service)): \(reason)"))
                }
            }
        }
    }

    /// The primary, once there is one: while the nodes change places a login waits, as a statement does.
    private func primary() async -> Node? {
        let deadline = Monotonic.now() + patience
        while true {
            let primary = await coordinator.value?.snapshot().primary
            if let node = nodes.first(where: { $0.id == primary }) { return node }
            guard Monotonic.now() + Self.pause < deadline else { return nil }
            await waiter.sleep(Self.pause)
        }
    }

    /// Logs in at a node as the user.
    private func judged(by node: Node, _ candidate: LoginCandidate) async -> FrontendLogin.Judgement {
        let target = ConnectionTarget(host: node.host, port: node.port, user: candidate.user, password: Password(candidate.password), database: candidate.database,
                                      connectTimeout: connectTimeout, encryption: encryption)
        let right = FrontendLogin.Judgement.right(ClearPassword(normalising: candidate.password))
        do {
            let connection = try await NodeConnection.connect(target, waiter: waiter, resolver: resolver)
            // A node that trusts this machine has judged nothing, and everybody would get in with any password.
            return await connection.usedPassword ? right : .wrong(reason: "\(node.name) did not ask for the password, so it was not checked: see its pg_hba.conf")
        } catch {
            switch error {
            // The password comes first: who is refused for another reason had the right one, and is told the reason later.
            case .rejected("3D000", _), .rejected("42501", _): return right
            case .rejected("28P01", let message), .rejected("28000", let message): return .wrong(reason: "\(node.name) refuses it: \(message)")
            case .rejected, .refused, .unreachable, .timedOut, .lost, .sql, .unable, .cancelled: return .impossible(reason: "\(node.name) \(error)")
            }
        }
    }
}
