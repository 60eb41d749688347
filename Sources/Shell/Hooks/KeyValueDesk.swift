internal import Reactor
internal import Storage

/// `us.kv` and `us.lock`: values by hook, and who holds what.
enum KeyValueOperation: String, CaseIterable {
    case get = "kv.get", list = "kv.list", set = "kv.set", delete = "kv.delete", increment = "kv.incr", compareAndSet = "kv.compare_and_set"
    case acquire = "lock.acquire", release = "lock.release"
}

/// Keeps values in the state store; every change is on disk when it is answered.
struct KeyValueDesk: Sendable {
    let store: StateStore
    let waiter: DescriptorWaiter

    /// Of one value, and of all of a hook's.
    static let valueLimit = 64 << 10
    static let spaceLimit = 1 << 20
    /// That `list` gives.
    static let keyLimit = 10_000
    private static let lockPoll = Duration.milliseconds(20)

    func perform(_ operation: KeyValueOperation, _ arguments: HostArguments, hook: String, now: Double) async throws(HostCallFailure) -> HookValue {
        let space = arguments["shared"].text.map { "shared/" + $0 } ?? "hook/" + hook, key = arguments.text("key"), expire = arguments.duration("expire")
        switch operation {
        case .get: return try await entry(of: space, key, now: now) ?? .none
        case .list: return .list(try await asked { () async throws(StorageFailure) in try await store.hookKeys(space, prefix: arguments.text("prefix"), now: now, limit: Self.keyLimit) }.map(HookValue.text))
        case .set: try await set(space, key, arguments["value"], expire: expire, now: now)
        case .delete: _ = try await change(space, key, expire: nil, now) { _ in HookValueChange(.forgotten, HookValue.none) }
        case .increment:
            let by = arguments["by"].integer ?? 1
            return try await change(space, key, expire: expire, now) { current in
                let (sum, isOver) = (try Self.number(current, key)).addingReportingOverflow(by)
                guard !isOver else { throw HostCallFailure(.environment, "us.kv.incr: \(key) would be larger than a number can be") }
                return HookValueChange(.set(HookValue.integer(sum).encoded), .integer(sum))
            }
        case .compareAndSet:
            let expected = arguments["expected"], bytes = try Self.bytes(arguments["value"], key)
            return try await change(space, key, expire: expire, now) { current in
                let found = try current.map { try HookValue(decoding: $0) } ?? .none
                return found == expected ? HookValueChange(.set(bytes), true) : HookValueChange(.kept, false)
            }
        case .acquire: return try await acquire(arguments.text("name"), wait: arguments.duration("wait") ?? .seconds(10), lease: arguments.duration("lease") ?? .seconds(60), now: now)
        case .release: try await asked { () async throws(StorageFailure) in try await store.releaseHookLock(arguments.text("name"), token: Int(arguments["token"].integer ?? 0)) }
        }
        return .none
    }

    /// A value that has not expired; nil where there is none.
    func entry(of space: String, _ key: String, now: Double) async throws(HostCallFailure) -> HookValue? {
        let bytes = try await asked { () async throws(StorageFailure) in try await store.hookValue(space, key, now: now) }
        guard let bytes else { return nil }
        do { return try HookValue(decoding: bytes) } catch { throw HostCallFailure(.environment, "the value of \(key) cannot be read: \(error)") }
    }

    func set(_ space: String, _ key: String, _ value: HookValue, expire: Duration?, now: Double) async throws(HostCallFailure) {
        let bytes = try Self.bytes(value, key)
        _ = try await change(space, key, expire: expire, now) { _ in HookValueChange(.set(bytes), HookValue.none) }
    }

    private static func bytes(_ value: HookValue, _ key: String) throws(HostCallFailure) -> [UInt8] {
        let bytes = value.encoded
        guard bytes.count <= valueLimit else { throw HostCallFailure(.code, "us.kv: the value of \(key) is \(bytes.count) bytes long: a value has at most \(valueLimit)") }
        return bytes
    }

    private static func number(_ bytes: [UInt8]?, _ key: String) throws -> Int64 {
        guard let bytes else { return 0 }
        guard let number = try HookValue(decoding: bytes).integer else { throw HostCallFailure(.environment, "us.kv.incr: \(key) holds no whole number") }
        return number
    }

    private func change(_ space: String, _ key: String, expire: Duration?, _ now: Double,
                        _ body: @escaping @Sendable ([UInt8]?) throws -> HookValueChange<HookValue>) async throws(HostCallFailure) -> HookValue {
        let expires = expire.map { now + $0 / .seconds(1) }
        // What the change itself finds wrong comes back beside its answer: SQLite's transaction carries only its own errors.
        let answer = try await asked { () async throws(StorageFailure) in
            try await store.changeHookValue(space, key, now: now, expires: expires, limit: Self.spaceLimit) { current -> HookValueChange<Result<HookValue, HostCallFailure>> in
                do {
                    let change = try body(current)
                    return HookValueChange(change.value, .success(change.answer))
                } catch let failure as HostCallFailure { return HookValueChange(.kept, .failure(failure)) } catch {
                    return HookValueChange(.kept, .failure(HostCallFailure(.environment, "the value of \(key) cannot be read: \(error)")))
                }
            }
        }
        guard let answer else { throw HostCallFailure(.environment, "us.kv: the hook's values would be more than \(Self.spaceLimit) bytes together: delete some, or let them expire") }
        return try answer.get()
    }

    private func acquire(_ name: String, wait: Duration, lease: Duration, now: Double) async throws(HostCallFailure) -> HookValue {
        let began = Monotonic.now()
        while true {
            let time = now + (Monotonic.now() - began) / .seconds(1)
            let token = try await asked { () async throws(StorageFailure) in try await store.takeHookLock(name, now: time, expires: time + lease / .seconds(1)) }
            if let token { return HookValue(token) }
            guard Monotonic.now() - began < wait, !Task.isCancelled else { throw HostCallFailure(.environment, "us.lock: \"\(name)\" is held by another event, and was not free within \(wait.words)") }
            await waiter.sleep(Self.lockPoll)
        }
    }

    private func asked<Value>(_ body: () async throws(StorageFailure) -> Value) async throws(HostCallFailure) -> Value {
        do { return try await body() } catch { throw HostCallFailure(.environment, "the state store: \(error.description)") }
    }
}
