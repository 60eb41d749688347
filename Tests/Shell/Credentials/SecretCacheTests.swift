import Sessions
import Synchronization
import Testing
@testable import Credentials

@Suite("Secret cache")
struct SecretCacheTests {
    /// Answers what it is told to, and counts.
    private final class Script: Sendable {
        private let state = Mutex<(answer: SecretCache.Answer, asked: [String])>((.unknown, []))
        func set(_ answer: SecretCache.Answer) { state.withLock { $0.answer = answer } }
        var asked: [String] { state.withLock { $0.asked } }
        func ask(_ user: String) -> SecretCache.Answer { state.withLock { $0.asked.append(user); return $0.answer } }
    }

    private let start = ContinuousClock.now
    private func known(_ password: String) -> SecretCache.Answer { .known(.clear(ClearPassword(password))) }
    private func cache(_ script: Script) -> SecretCache { SecretCache(life: .seconds(30)) { script.ask($0) } }

    @Test("An answer is used until it is old, whether the user exists or not")
    func life() async {
        let script = Script(), cache = cache(script)
        #expect(await cache.secret(of: "anna", now: start) == .unknown)
        script.set(known("one"))
        #expect(await cache.secret(of: "anna", now: start + .seconds(29)) == .unknown)
        #expect(await cache.secret(of: "anna", now: start + .seconds(30)) == known("one"))
        #expect(await cache.secret(of: "anna", now: start + .seconds(59)) == known("one"))
        #expect(script.asked == ["anna", "anna"])
    }

    @Test("Where the question fails an older answer counts; without one the failure is told, and not remembered")
    func failure() async {
        let script = Script(), cache = cache(script)
        script.set(.failed(reason: "no primary"))
        #expect(await cache.secret(of: "anna", now: start) == .failed(reason: "no primary"))
        script.set(known("one"))
        #expect(await cache.secret(of: "anna", now: start) == known("one"))
        script.set(.failed(reason: "no primary"))
        #expect(await cache.secret(of: "anna", now: start + .seconds(100)) == known("one"))
    }

    @Test("A wrong password has the user asked for again, but not more than once a second")
    func doubt() async {
        let script = Script(), cache = cache(script)
        script.set(known("old"))
        _ = await cache.secret(of: "anna", now: start)
        script.set(known("new"))
        await cache.doubt("anna", now: start + .milliseconds(900))
        #expect(await cache.secret(of: "anna", now: start + .seconds(1)) == known("old"))
        await cache.doubt("anna", now: start + .seconds(2))
        #expect(await cache.secret(of: "anna", now: start + .seconds(2)) == known("new"))
    }

    @Test("However many names are tried, only so many are remembered, and users who exist are kept longest")
    func capacity() async {
        let script = Script(), cache = cache(script)
        script.set(known("one"))
        _ = await cache.secret(of: "anna", now: start)
        script.set(.unknown)
        for number in 0..<SecretCache.capacity { _ = await cache.secret(of: "guess\(number)", now: start) }
        script.set(.failed(reason: "away"))
        #expect(await cache.secret(of: "anna", now: start) == known("one"))
        #expect(await cache.secret(of: "guess1", now: start) == .failed(reason: "away"), "its answer is forgotten")
    }

    @Test("Logins of one user at a time ask once, and all get the answer")
    func together() async {
        let (gate, opener) = AsyncStream.makeStream(of: Void.self)
        let script = Script()
        script.set(known("one"))
        let cache = SecretCache(life: .zero) { user in
            for await _ in gate { break }
            return script.ask(user)
        }
        await withTaskGroup(of: SecretCache.Answer.self) { group in
            for _ in 0..<20 { group.addTask { [start] in await cache.secret(of: "anna", now: start) } }
            // Each of those that came meanwhile is answered by the same question; who came later asks a second one.
            group.addTask {
                opener.finish()
                return .known(.clear(ClearPassword("one")))
            }
            for await answer in group { #expect(answer == known("one")) }
        }
        #expect((1...20).contains(script.asked.count))
    }
}
