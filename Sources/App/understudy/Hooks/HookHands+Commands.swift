internal import ClusterModel
internal import Glibc
internal import Hooks
internal import NodeConnections
internal import NodeControl
internal import Reactor

/// `us.run`, `node:run` and `node:sql`.
extension HookHands {
    private static let commandTimeout = Duration.seconds(60)
    private static let mostRetries = 10
    /// Of one statement: a hook in a failover that waits for a lock holds every client up.
    private static let sqlTimeout = Duration.seconds(10)
    /// Where a program's name without a path is looked for.
    private static let folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    /// `listener` hears the program's lines, besides the log.
    func run(_ call: HostCall, _ context: EffectContext, _ listener: (@Sendable (String) -> Void)?) async throws -> HookValue {
        let attempts = 1 + min(max(0, Int(clamping: call.arguments["retries"].integer ?? 0)), Self.mostRetries)
        for attempt in 1..<attempts {
            do { return try await runOnce(call, context, listener) } catch where !Task.isCancelled && !(error is EffectRefused) {
                try await Task.sleep(for: .milliseconds(200 << min(attempt, 5)))
                if !call.arguments.isSet("read") { try await coordinator.check(context.epoch) }
            }
        }
        return try await runOnce(call, context, listener)
    }

    private func runOnce(_ call: HostCall, _ context: EffectContext, _ listener: (@Sendable (String) -> Void)?) async throws -> HookValue {
        let arguments = call.arguments, words = arguments.strings("argv"), wanted = arguments["as"].text
        guard wanted == nil || wanted == "root" else { throw HostCallFailure(.code, "run: as: expected \"root\"; got \"\(wanted ?? "")\"") }
        let environment = arguments["env"].map?.compactMapValues(\.text) ?? [:], input = arguments.text("stdin"), timeout = arguments.duration("timeout") ?? Self.commandTimeout
        let logged = arguments.isSet("stream") ? lines(of: call, context) : nil
        let line: (@Sendable (String) -> Void)? = if let logged, let listener { { logged($0); listener($0) } } else { logged ?? listener }
        let result: Program.Result
        if let node = call.node {
            result = try await nodes.host(of: node).run(words, environment: environment, input: input, timeout: timeout, asRoot: wanted == "root", line: line)
        } else {
            let found = try Self.found(words)
            if wanted == "root", !environment.isEmpty { throw HostCallFailure(.code, "run: env cannot be given together with as = \"root\": sudo does not pass it on") }
            let program = Program(wanted == "root" ? NodeHost.rootWords(found, isRoot: geteuid() == 0) : found, environment: environment, input: input, timeout: timeout)
            result = try await program.run(nodes.waiter, line: line)
        }
        return try Self.value(result, words, accepted: arguments["ok"].list?.compactMap(\.integer) ?? [0])
    }

    /// With the program's whole path.
    private static func found(_ words: [String]) throws(HostCallFailure) -> [String] {
        guard let name = words.first, !name.isEmpty else { throw HostCallFailure(.code, "run: the program is missing") }
        if name.hasPrefix("/") { return words }
        guard !name.contains("/") else { throw HostCallFailure(.code, "run: a program is a name or an absolute path; got \"\(name)\"") }
        guard let folder = folders.first(where: { access("\($0)/\(name)", X_OK) == 0 }) else {
            throw HostCallFailure(.environment, "run: there is no program \(name) in \(folders.joined(separator: ", "))")
        }
        return ["\(folder)/\(name)"] + words.dropFirst()
    }

    private static func value(_ result: Program.Result, _ words: [String], accepted: [Int64]) throws(HostCallFailure) -> HookValue {
        guard accepted.contains(Int64(result.code)) else {
            let last = (result.errors + result.output).split(whereSeparator: \.isNewline).suffix(3).joined(separator: "; ")
            throw HostCallFailure(.environment, "`\(words.joined(separator: " "))` ended with code \(result.code)\(last.isEmpty ? "" : ": \(last)")")
        }
        return ["code": HookValue(result.code), "stdout": .text(result.output), "stderr": .text(result.errors), "took": .double(result.took / .seconds(1))]
    }

    func sql(_ call: HostCall, _ epoch: Epoch) async throws -> HookValue {
        let node = try call.at(), arguments = call.arguments, timeout = arguments.duration("timeout") ?? Self.sqlTimeout
        let text = arguments.text("text"), parameters = try arguments.parameters.map(SQLValues.text), database = arguments["database"].text
        let rows = arguments.isSet("readonly")
            ? try await nodes.reader(of: node).executeReadOnly(text, parameters, database: database, timeout: timeout)
            : try await nodes.hands(of: node).sql(text, parameters, database: database, in: epoch, timeout: timeout)
        return SQLValues.value(of: rows)
    }
}
