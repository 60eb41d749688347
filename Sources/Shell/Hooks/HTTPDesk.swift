internal import CHTTP
internal import Reactor
internal import Synchronization

/// `us.http`
enum HTTPMethod: String, CaseIterable {
    case get = "http.get", post = "http.post", put = "http.put", delete = "http.delete"

    var word: String { rawValue.dropFirst("http.".count).uppercased() }
}

/// Requests by libcurl, each on a thread of its own; hosts, also of redirects, only those that the hook was granted.
struct HTTPDesk: Sendable {
    let waiter: DescriptorWaiter

    /// Of a body; it fits into one frame to the hook.
    static let bodyLimit = 8 << 20
    private static let redirects = 5
    private static let mostRetries = 10
    private static let defaultTimeout = Duration.seconds(10)
    private static let isPrepared = understudy_http_prepare()

    func perform(_ method: HTTPMethod, _ arguments: HostArguments, _ rights: HookRights) async throws(HostCallFailure) -> HookValue {
        guard Self.isPrepared else { throw HostCallFailure(.environment, "us.http: libcurl cannot be used: there is no memory") }
        let attempts = 1 + min(max(0, Int(clamping: arguments["retries"].integer ?? 0)), Self.mostRetries)
        var pause = Duration.milliseconds(200)
        for _ in 1..<attempts {
            do { return try await follow(method, arguments, rights) } catch where error.kind == .environment && !Task.isCancelled {
                await waiter.sleep(pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
        return try await follow(method, arguments, rights)
    }

    /// One request and the redirects that it is answered with.
    private func follow(_ method: HTTPMethod, _ arguments: HostArguments, _ rights: HookRights) async throws(HostCallFailure) -> HookValue {
        let deadline = Monotonic.now() + (arguments.duration("timeout") ?? Self.defaultTimeout)
        var request = try Request(method, arguments)
        let origin = try Self.origin(of: request.url, rights)
        for _ in 0...Self.redirects {
            let answer = try await send(request, until: deadline)
            guard let next = answer.redirect else { return try Self.value(answer, arguments, request, origin.host) }
            let target = try Self.origin(of: next, rights)
            request.redirect(to: next, status: answer.status, isElsewhere: target != origin)
        }
        throw HostCallFailure(.environment, "\(request.word) \(origin.host): more than \(Self.redirects) redirects")
    }

    /// Scheme, host and port.
    struct Origin: Hashable {
        let words: [String]
        var host: String { words[1] }
    }

    /// Where a request goes, as libcurl reads the address; refused where the hook may not go.
    private static func origin(of url: String, _ rights: HookRights) throws(HostCallFailure) -> Origin {
        var text = [CChar](repeating: 0, count: 1024)
        guard !url.utf8.contains(0), understudy_http_origin(url, &text, text.count) else { throw HostCallFailure(.code, "us.http: expected an address such as https://host/path") }
        let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased().split(separator: "\n").map(String.init)
        guard words.count == 3 else { throw HostCallFailure(.code, "us.http: the address names no host") }
        guard rights.covers(Capability("http:" + words[1])) else {
            throw HostCallFailure(.code, "us.http: \(words[1]) needs the capability \"http:\(words[1])\": add it to `needs` in the hook's header and to hook.<name>.grants")
        }
        return Origin(words: words)
    }

    private func send(_ request: Request, until deadline: Monotonic) async throws(HostCallFailure) -> Answer {
        let left = deadline - .now()
        guard left > .zero else { throw HostCallFailure(.environment, "\(request.word): no answer in time") }
        let isGivenUp = Flag()
        let result: Result<Answer, HostCallFailure>
        do {
            result = try await withTaskCancellationHandler { () async throws(SocketError) in
                try await onThread("hook-http") { request.perform(within: left, isGivenUp) }
            } onCancel: { isGivenUp.set() }
        } catch { throw HostCallFailure(.environment, "us.http: \(error)") }
        return try result.get()
    }

    private static func value(_ answer: Answer, _ arguments: HostArguments, _ request: Request, _ host: String) throws(HostCallFailure) -> HookValue {
        let accepted = arguments["ok"].list?.compactMap(\.integer)
        guard accepted?.contains(Int64(answer.status)) ?? (200...299 ~= answer.status) else {
            throw HostCallFailure(.environment, "\(request.word) \(host) answered \(answer.status): \(answer.body)")
        }
        return ["status": HookValue(answer.status), "headers": .map(answer.headers.mapValues(HookValue.text)), "body": .text(answer.body)]
    }
}

/// Set once, read from another thread.
final class Flag: Sendable {
    private let value = Atomic(false)
    func set() { value.store(true, ordering: .releasing) }
    var isSet: Bool { value.load(ordering: .acquiring) }
}
