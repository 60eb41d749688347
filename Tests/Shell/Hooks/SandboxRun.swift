import CLuaBridge
import Glibc
@testable import Hooks

/// A sandbox in this process, without a hook process around it.
struct SandboxRun {
    struct Failure: Error {}

    var memory = 16 << 20
    var budget = Duration.seconds(20)
    var slice = Duration.seconds(5)
    var cpu = Duration.seconds(10)
    var grace = Duration.seconds(60)
    var logLines = 1000

    /// The last output, and how many bytes Lua did not give back. `answer` gives the bytes that answer a call; nil cancels it.
    func callAsFunction(_ text: String, request: [UInt8] = HookValue.none.encoded, answer: (HookValue) -> [UInt8]?) throws -> (output: HookValue, left: Int) {
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw Failure() }
        defer { for end in ends { close(end) } }
        let nanoseconds: (Duration) -> UInt64 = { UInt64($0 / .nanoseconds(1)) }
        var limits = sandbox_limits(memory: memory, string: HookLimits.textBytes, budget_nanoseconds: nanoseconds(budget), slice_nanoseconds: nanoseconds(slice),
                                    cpu_nanoseconds: nanoseconds(cpu), grace_nanoseconds: nanoseconds(grace), log_lines: Int32(logLines), channel: ends[0])
        guard let sandbox = sandbox_create(&limits) else { throw Failure() }
        var status = sandbox_start(sandbox, "@ours.lua", text, text.utf8.count, request, request.count)
        while status == SANDBOX_CALL {
            if let bytes = answer(try output(sandbox)) { status = sandbox_resume(sandbox, bytes, bytes.count) } else { status = sandbox_cancel(sandbox) }
        }
        let last = try output(sandbox)
        return (last, sandbox_destroy(sandbox))
    }

    /// The last output; each call is answered with its arguments.
    func callAsFunction(_ text: String, request: HookValue = .none) throws -> HookValue {
        try self(text, request: request.encoded) { (["value": $0["arguments"]] as HookValue).encoded }.output
    }

    private func output(_ sandbox: OpaquePointer) throws -> HookValue {
        var count = 0
        let start = sandbox_output(sandbox, &count)
        return try HookValue(decoding: Array(UnsafeBufferPointer(start: start, count: count)))
    }
}
