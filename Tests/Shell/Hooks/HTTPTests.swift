import Testing
@testable import Hooks

@Suite("us.http")
struct HTTPTests {
    private func run(_ body: String, needs: String, _ check: (Stage, EchoServer, HookOutcome) async throws -> Void) async throws {
        let server = EchoServer()
        defer { server.stop() }
        let head = "  local host = 'http://127.0.0.1:\(server.port)'\n  local function eq(a, b) if a ~= b then error(tostring(a) .. ' is not ' .. tostring(b), 2) end end\n"
        try await onStage(["ours.lua": failoverHook(head + body, header: ", needs = { \(needs) }, replaces = 'understudy/failover'")]) { stage in
            try stage.write(secret: "token", "canary-4711-secret")
            try await check(stage, server, await stage.failOver(stage.runner()))
        }
    }

    @Test("It asks, sends, and says what came: status, headers, body, JSON")
    func requests() async throws {
        let body = """
              local answer = us.http.get(host .. "/json")
              eq(answer.status, 200) eq(answer.json.count, 2) eq(answer.headers["content-type"], "application/json")
              local sent = us.http.post(host .. "/echo", { json = { text = "hello" }, headers = { ["X-Own"] = "yes" } }).body
              eq(sent:match "^POST /echo", "POST /echo") eq(sent:match '{"text":"hello"}$', '{"text":"hello"}') eq(sent:match "X%-Own: yes", "X-Own: yes")
              eq(us.http.put(host .. "/x", { body = "" }).body:match "^PUT", "PUT") eq(us.http.delete(host .. "/x").body:match "^DELETE", "DELETE")
              eq(us.http.get(host .. "/missing", { ok = { 404 } }).status, 404)
            """
        try await run(body, needs: "'http:127.0.0.1'") { _, _, outcome in #expect(outcome == .passed) }
    }

    @Test("What is not granted is not reached, a redirect neither; loops, silence and floods end", arguments: [
        ("us.http.get('http://localhost:1/')", "us.http: localhost needs the capability \"http:localhost\""),
        ("us.http.get(host .. '/away')", "us.http: localhost needs the capability \"http:localhost\""),
        ("us.http.get(host .. '/elsewhere')", "us.http: other.invalid needs the capability \"http:other.invalid\""),
        ("us.http.get('http://127.0.0.1@localhost:1/')", "us.http: localhost needs the capability"),
        ("us.http.get('file:///etc/passwd')", "us.http: expected an address such as https://host/path"),
        ("us.http.get(host .. '/round')", "GET 127.0.0.1: more than 5 redirects"),
        ("us.http.get(host .. '/missing')", "GET 127.0.0.1 answered 404: no such thing"),
        ("us.http.get(host .. '/large')", "GET: the answer is longer than"),
        ("us.http.get(host .. '/hang', { timeout = '300ms' })", "GET: Operation timed out"),
        ("us.http.get('http://127.0.0.1:1/', { retries = 1 })", "GET: Failed to connect"),
        ("us.http.get(host .. '/x', { headers = { a = 'b\\r\\nc: d' } })", "us.http: an address or a header with a line break in it"),
    ])
    func refused(_ body: String, _ words: String) async throws {
        try await run("  " + body, needs: "'http:127.0.0.1'") { _, server, outcome in
            guard case .failed(let fault) = outcome else { Issue.record("it did not fail: \(outcome)"); return }
            #expect(fault.message.hasPrefix(words), "\(fault.message)")
            #expect(server.requests.allSatisfy { !$0.contains("localhost") })
        }
    }

    @Test("A body of 8 MB arrives whole, and a replay has it again")
    func full() async throws {
        try await run("  eq(#us.http.get(host .. '/full').body, 8 << 20)\n  return us.done()", needs: "'http:127.0.0.1'") { stage, server, outcome in
            #expect(outcome == .done(hook: "ours", [:]))
            let report = try await stage.replayLastRun(stage.runner())
            #expect(report?.outcome == outcome && report?.divergence == nil)
            #expect(server.requests.count == 1)
        }
    }

    @Test("A redirect to another granted host loses the headers that were meant for the first")
    func redirect() async throws {
        let body = "  eq(us.http.get(host .. '/away', { headers = { Authorization = 'mine', Accept = 'x/y' } }).json.count, 2)"
        try await run(body, needs: "'http:127.0.0.1', 'http:localhost'") { _, server, outcome in
            #expect(outcome == .passed)
            #expect(server.requests.count == 2)
            #expect(server.requests.first?.contains("Authorization: mine") == true)
            #expect(server.requests.last?.contains("Authorization") == false && server.requests.last?.contains("Accept: x/y") == true)
        }
    }

    @Test("A secret reaches the host, and is in nothing that a person could read")
    func canary() async throws {
        let body = """
              local token = us.secret "token"
              local echoed = us.http.post(host .. "/echo", { headers = { Authorization = "Bearer " .. token, Basic = us.base64.encode("me:" .. token) }, json = { text = token } }).body
              us.log.info("echoed " .. echoed, { token = tostring(token) })
              ev.new_main:sql("SELECT $1", token)
              us.run { "cat", stdin = "password=" .. token, env = { TOKEN = token } }
              us.step("kept", function() return echoed end)
              us.log.info(us.try(us.kv.set, "x", token))
              us.log.info(us.try(function() return token .. {} end))
              us.http.post(host .. "/missing", { body = token })
            """
        try await run(body, needs: "'http:127.0.0.1', 'secret:token', 'sql:write', 'run:cat', 'kv:write'") { stage, server, outcome in
            #expect(server.requests.first?.contains("Authorization: Bearer canary-4711-secret") == true)
            #expect(server.requests.first?.contains("\"text\":\"canary-4711-secret\"") == true)
            #expect(server.requests.first?.contains("Basic: bWU6Y2FuYXJ5LTQ3MTEtc2VjcmV0") == true)
            #expect(stage.host.calls.contains { $0.arguments.parameters == ["canary-4711-secret"] })
            #expect(stage.host.calls.contains { $0.arguments["stdin"] == "password=canary-4711-secret" && !$0.arguments.strings("argv").joined().contains("canary") })
            let calls = try await stage.recordedCalls(), runs = try await stage.journal.runs(of: "ev-1")
            let kept = try await stage.journal.recordedStep(StepKey(event: "ev-1", epoch: Stage.failover().header.epoch, hook: "ours", name: "kept"))
            for text in ["\(calls)", "\(runs)", "\(outcome)", stage.logged.joined(), "\(String(describing: kept))"] {
                #expect(!text.contains("canary") && !text.contains("Y2FuYXJ5") && !text.contains("bWU6"), "\(text.prefix(3000))")
            }
            #expect(calls.contains { $0.arguments.words.contains("<secret token>") })
            let bytes = try stage.storedBytes()
            #expect(!bytes.contains("canary-4711"))
        }
    }

    @Test("A secret that is missing, readable by others, too short or not granted is refused with what to do", arguments: [
        ("nothing", "there is no secret nothing: expected the file"), ("open", "can be read by others (mode 644): chmod 600 it"), ("short", "is shorter than 6 bytes"),
        ("other", "us.secret \"other\" needs the capability \"secret:other\""),
    ])
    func secrets(_ name: String, _ words: String) async throws {
        try await onStage(["ours.lua": failoverHook("  ev.new_main:sql('SELECT $1', us.secret '\(name)')", header: ", needs = { 'sql:read', 'secret:nothing', 'secret:open', 'secret:short' }")]) { stage in
            try stage.write(secret: "open", "long enough", mode: 0o644)
            try stage.write(secret: "short", "abc")
            #expect(await stage.fault(stage.runner()).contains(words))
            #expect(stage.host.calls.isEmpty)
        }
    }
}
