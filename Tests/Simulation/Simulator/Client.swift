import ClusterModel

/// An application behind the proxy: writes one unique id after the other, and remembers what it was told.
final class Client {
    private unowned let world: World
    /// The write that is not answered yet, on which server, and the gate's epoch when it was sent.
    private var pending: (write: Int, server: NodeID, epoch: Epoch)?

    init(in world: World) {
        self.world = world
        think()
    }

    private func think() {
        world.after(world.random(60_000...250_000)) { [self] in act() }
    }

    private func act() {
        guard pending == nil else { return }
        guard let daemon = world.daemon, let gate = daemon.gate else { return think() }
        let write = world.newWrite(), server = world.servers[gate.primary.number]
        pending = (write, gate.primary, gate.epoch)
        world.check.routed(to: gate.primary, gate.epoch)
        send(write, server)
    }

    private func send(_ write: Int, _ server: Server) {
        travel(server) { [self] in
            guard server.process == .running else { return broken(write, server) }
            server.handle { [self] in
                server.commit(write) { [self] answer in
                    travel(server) { [self] in answered(write, answer) }
                }
            }
        }
    }

    private func travel(_ server: Server, _ arrive: @escaping () -> Void) {
        world.after(world.latency()) { [self] in world.pass(World.member, server.id.number, arrive) }
    }

    private func answered(_ write: Int, _ answer: Server.CommitAnswer) {
        guard let pending, pending.write == write else { return }
        self.pending = nil
        if case .done(let isSynchronous) = answer { world.check.acknowledged(write, by: pending.server, in: pending.epoch, isSynchronous: isSynchronous) }
        think()
    }

    /// The process on the other side died.
    func connectionBroke(_ server: Server) {
        guard let pending, pending.server == server.id else { return }
        world.after(world.latency()) { [self] in broken(pending.write, server) }
    }

    private func broken(_ write: Int, _ server: Server) {
        guard pending?.write == write else { return }
        world.daemon?.trafficFailed(on: server.id)
        giveUp()
    }

    /// The gate closed: what was on its way is in doubt.
    func gateClosed() { giveUp() }
    func proxyDied() { giveUp() }

    private func giveUp() {
        guard pending != nil else { return }
        pending = nil
        think()
    }
}
