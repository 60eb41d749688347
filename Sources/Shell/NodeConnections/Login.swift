internal import CPostgres
internal import Reactor

/// Connecting and logging in: every address of a node in turn, each with its share of the time.
///
/// Source: PostgreSQL manual, "PQconnectStartParams".
struct Login {
    /// More addresses than this would leave each too little time.
    private static let mostAddresses = 8

    let target: ConnectionTarget
    let waiter: DescriptorWaiter

    func perform(resolver: HostResolver, until deadline: Monotonic) async throws(NodeFailure) -> PostgresHandle {
        let addresses = try await addresses(resolver, deadline).prefix(Self.mostAddresses)
        var failures: [NodeFailure] = []
        for (index, address) in addresses.enumerated() {
            let now = Monotonic.now()
            do { return try await logIn(at: address, until: now + (deadline - now) / (addresses.count - index)) } catch {
                failures.append(error)
                // The server itself said no, or nobody wants to know any more: other addresses change nothing.
                switch error {
                case .rejected, .cancelled: throw error
                case .refused, .unreachable, .timedOut, .lost, .sql, .unable: break
                }
            }
        }
        throw NodeFailure.together(failures) ?? .unreachable("the host name \(target.host) has no address")
    }

    private func addresses(_ resolver: HostResolver, _ deadline: Monotonic) async throws(NodeFailure) -> [SocketAddress] {
        let name = HostName(host: target.host, port: target.port)
        if let address = name.direct { return [address] }
        if name.isDirectory { throw .unreachable("the path of a socket in \(target.host) is too long") }
        let found = await withTaskGroup(of: [SocketAddress].self) { [waiter] group in
            group.addTask { await resolver.addresses(of: name) }
            group.addTask {
                await waiter.sleep(deadline - .now())
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }
        if Task.isCancelled { throw .cancelled }
        return found
    }

    private func logIn(at address: SocketAddress, until deadline: Monotonic) async throws(NodeFailure) -> PostgresHandle {
        guard let handle = PostgresHandle(target, address: address.numericHost) else { throw .unable("libpq is out of memory") }
        guard PQstatus(handle.pointer) != CONNECTION_BAD else { throw await failure(of: handle, false, at: address, until: deadline) }
        var interest = Interest.writable, isEncrypting = false
        while true {
            guard await waiter.wait(for: handle.descriptor, interest, until: deadline) == .ready else {
                throw Task.isCancelled ? .cancelled : .timedOut("no login at \(address) within \(target.connectTimeout)")
            }
            switch PQconnectPoll(handle.pointer) {
            case PGRES_POLLING_OK:
                // A full socket must never make a later request wait inside libpq.
                PQsetnonblocking(handle.pointer, 1)
                return handle
            case PGRES_POLLING_READING: interest = .readable
            case PGRES_POLLING_WRITING: interest = .writable
            default: throw await failure(of: handle, isEncrypting, at: address, until: deadline)
            }
            isEncrypting = PQstatus(handle.pointer) == CONNECTION_SSL_STARTUP
        }
    }

    /// What a failed login proves. libpq has words for it and no code, so where the server sent none, we ask the address ourselves.
    /// TLS that cannot begin (a certificate that has expired) is no sign of death, or a healthy primary would be replaced for it.
    private func failure(of handle: PostgresHandle, _ isEncrypting: Bool, at address: SocketAddress, until deadline: Monotonic) async -> NodeFailure {
        if let (state, message) = handle.loginError { return .rejected(sqlState: state, message: message) }
        if PQconnectionNeedsPassword(handle.pointer) == 1 {
            return .rejected(sqlState: "28P01", message: "a password is asked for, and none is configured for role \(target.user)")
        }
        if isEncrypting, await Knock.answersTLSRequest(address, until: deadline, waiter) { return .unable("TLS with it cannot begin: \(handle.words)") }
        return await Knock.at(address, until: deadline, waiter).failure(handle.words)
    }
}
