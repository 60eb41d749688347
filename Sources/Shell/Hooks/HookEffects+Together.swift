/// Several calls at once: the library says which begin, which it waits for, and which it gives up.
extension HookEffects {
    /// At one time, of one handler.
    private static let mostTasks = 64

    /// Begins what a call of several has begun. Numbered at once and in order, so that a replay numbers them in the same way.
    func startChildren(of arguments: HookValue, _ sequence: Int) async -> HostCallFailure? {
        let requests = arguments["begin"].list ?? []
        guard tasks.count + requests.count <= Self.mostTasks else { return HostCallFailure(.code, "more than \(Self.mostTasks) calls at once: use us.each with parallel =") }
        for request in requests {
            guard let id = request["id"].integer else { return HostCallFailure(.code, "a call beside others has no id") }
            let child = await begin(HookRequest(child: request, files: files), parent: sequence)
            tasks[id] = Task { await self.settle(id, child) }
        }
        return nil
    }

    /// What has ended of those in `wait`, once there is at least one.
    func together(_ arguments: HookValue) async throws(HostCallFailure) -> HookValue {
        for id in arguments["cancel"].list?.compactMap(\.integer) ?? [] { tasks.removeValue(forKey: id)?.cancel() }
        let wait = arguments["wait"].list?.compactMap(\.integer) ?? []
        guard !wait.isEmpty else { return [] }
        await firstOf(wait)
        let answers = wait.compactMap { finished.removeValue(forKey: $0) }
        for answer in answers { if answer["failed"]["is_final"].boolean == true { throw HostCallFailure(answer["failed"]) } }
        return .list(answers)
    }

    private func settle(_ id: Int64, _ child: Begun) async {
        var answer = HookCallRecord.value(await end(child)).map ?? [:]
        answer["id"] = .integer(id)
        let value = HookValue.map(answer)
        // Of what was given up nobody wants to hear.
        if tasks.removeValue(forKey: id) != nil { finished[id] = value }
        announce()
    }

    /// Returns when one of them has ended, or nobody waits any more.
    private func firstOf(_ ids: [Int64]) async {
        while !Task.isCancelled, !ids.contains(where: { finished[$0] != nil }) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    if Task.isCancelled { continuation.resume() } else { arrivals.append(continuation) }
                }
            } onCancel: { Task { await self.announce() } }
        }
    }

    private func announce() {
        let waiting = arrivals
        arrivals = []
        for continuation in waiting { continuation.resume() }
    }

    /// The handler is over: what it left behind is given up.
    func abandon() {
        for task in tasks.values { task.cancel() }
        tasks = [:]
        for program in programs.values { program.cancel() }
        programs = [:]
        announce()
    }
}
