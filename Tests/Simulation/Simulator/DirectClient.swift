import ClusterModel

/// An application that bypasses the proxy: keeps to the server that took its last write, whatever the cluster thinks of that one.
final class DirectClient {
    private unowned let world: World
    private var server = 0
    private var pending: Int?

    init(in world: World) {
        self.world = world
        think()
    }

    private func think() {
        pending = nil
        world.after(world.random(30_000...200_000)) { [self] in act() }
    }

    private func act() {
        let write = world.newWrite(), server = world.servers[server]
        pending = write
        world.after(world.latency()) { [self] in
            guard server.process == .running else { return failed() }
            server.handle { [self] in
                server.commit(write) { [self] answer in
                    world.after(world.latency()) { [self] in answered(write, answer, server) }
                }
            }
        }
    }

    private func answered(_ write: Int, _ answer: Server.CommitAnswer, _ server: Server) {
        guard pending == write else { return }
        guard case .done(let isSynchronous) = answer else { return failed() }
        world.check.acknowledgedDirectly(write, by: server, isSynchronous: isSynchronous)
        think()
    }

    /// The next server is tried.
    private func failed() {
        server = (server + 1) % world.servers.count
        think()
    }

    func connectionBroke(_ server: Server) {
        if pending != nil, server === world.servers[self.server] { world.after(world.latency()) { [self] in failed() } }
    }
}
