import ClusterModel
import Foundation
import HealthTracking
import NodeConnections
import NodeControl
import Playground
import Probing
import Reactor
import Testing

/// The control side of nodes on real servers: logins, looks, promotion.
extension IntegrationTests {
    @Suite("Nodes")
    struct NodesTests {
        // MARK: Looks

        @Test("A look finds role, timeline, identifier and streams; the standby holds what the primary flushed")
        func looks() async throws {
            try await onNodes(sync: 1) { nodes in
                try nodes.write()
                let primary = try await nodes.seen(0), standby = try await nodes.seen(1)
                #expect(primary.role == .primary && standby.role == .standby)
                #expect(primary.systemIdentifier == standby.systemIdentifier)
                #expect(primary.timeline == Timeline(1) && standby.timeline == Timeline(1))
                #expect(standby.walEnd >= primary.walEnd || primary.walEnd.bytesAhead(of: standby.walEnd) < 1 << 20)
                #expect(primary.serverVersion >= 100_000)
                #expect(Set(primary.streams.map(\.applicationName)) == ["node1", "node2"])
                #expect(primary.streams.first { $0.applicationName == "node1" }?.syncState == "sync")
                #expect(standby.streams.isEmpty && !standby.isReplayPaused)
            }
        }

        @Test("A role with pg_monitor sees all; one without sees enough, and the remark says which GRANT is missing")
        func rights() async throws {
            try await onNodes(standbys: 1) { nodes in
                try nodes.sql(0, "CREATE ROLE watcher LOGIN PASSWORD 'w'", "GRANT pg_monitor TO watcher", "CREATE ROLE nobody LOGIN PASSWORD 'n'")
                try await nodes.eventually("the roles are on the standby") { try nodes.value(1, "SELECT count(*) FROM pg_roles WHERE rolname IN ('watcher', 'nobody')") == "2" }
                for id in [0, 1] {
                    guard case .answered(let seen, "") = await nodes.observer(id, user: "watcher", password: "w").look() else {
                        return #expect(Bool(false), "pg_monitor is enough")
                    }
                    #expect(seen.role == (id == 0 ? .primary : .standby))
                    #expect(id == 1 || seen.streams.first?.state == "streaming")
                    guard case .answered(let less, let remark) = await nodes.observer(id, user: "nobody", password: "n").look() else {
                        return #expect(Bool(false), "no right is needed to see the role")
                    }
                    #expect(less.role == seen.role && less.systemIdentifier == seen.systemIdentifier)
                    #expect(remark.contains("GRANT pg_monitor TO nobody"))
                }
            }
        }

        @Test("The timeline of a promoted standby, and of one that follows it, is right at once, also when that one's primary dies")
        func timelines() async throws {
            try await onNodes { nodes in
                try nodes.cluster.killNode(0)
                try await nodes.hands(1).promote(in: Epoch(1), within: .seconds(30))
                #expect(try await nodes.seen(1).timeline == Timeline(2))
                try nodes.follow(2, primary: 1)
                try nodes.sql(1, "CREATE TABLE t AS SELECT 1")
                try await nodes.eventually("node2 follows") { try nodes.value(2, "SELECT count(*) FROM pg_stat_wal_receiver WHERE received_tli = 2") == "1" }
                try await nodes.eventually("node2 has the table") { try nodes.value(2, "SELECT count(*) FROM pg_class WHERE relname = 't'") == "1" }
                #expect(try await nodes.seen(2).timeline == Timeline(2))
                try nodes.cluster.killNode(1)
                try await nodes.eventually("node2 lost its receiver") { try nodes.value(2, "SELECT count(*) FROM pg_stat_wal_receiver") == "0" }
                #expect(try nodes.value(2, "SELECT timeline_id FROM pg_control_checkpoint()") == "1", "else this test shows nothing")
                #expect(try await nodes.seen(2).timeline == Timeline(2))
            }
        }

        @Test("Paused replay is seen")
        func paused() async throws {
            try await onNodes(standbys: 1) { nodes in
                try nodes.sql(1, "SELECT pg_wal_replay_pause()")
                try await nodes.eventually("paused") { try await nodes.seen(1).isReplayPaused }
            }
        }

        // MARK: Failures

        @Test("A wrong password and a missing one mean a living server; neither is repeated in the reason")
        func passwords() async throws {
            try await onNodes(standbys: 0) { nodes in
                for (password, word) in [("wrong-secret", "28P01"), ("", "28P01")] {
                    guard case .alive(let reason) = await nodes.observer(0, password: password).look() else { return #expect(Bool(false), "not alive: \(word)") }
                    #expect(reason.contains(word) && !reason.contains("wrong-secret"))
                }
                guard case .alive(let reason) = await nodes.observer(0, database: "nowhere").look() else { return #expect(Bool(false), "not alive") }
                #expect(reason.contains("3D000"))
            }
        }

        @Test("A killed server refuses; a stopped one is silent and answers again when it goes on")
        func killedAndStopped() async throws {
            try await onNodes(standbys: 0) { nodes in
                let observer = nodes.observer(0, timeout: .milliseconds(100))
                try await nodes.eventually("it answered") { if case .answered = await observer.look() { true } else { false } }
                try nodes.cluster.signalNode(0, SIGSTOP)
                let began = Monotonic.now()
                for _ in 0..<3 { guard case .silent = await observer.look() else { return #expect(Bool(false), "not silent") } }
                #expect(Monotonic.now() - began < .seconds(10), "each look is bounded")
                try nodes.cluster.signalNode(0, SIGCONT)
                try await nodes.eventually("it answers") { if case .answered = await observer.look() { true } else { false } }
                try nodes.cluster.killNode(0)
                guard case .refused = await observer.look() else { return #expect(Bool(false), "not refused, though a connection was kept") }
            }
        }

        @Test("Too many clients: alive; a server that is shutting down: not ready")
        func busyAndClosing() async throws {
            try await onNodes(standbys: 0) { nodes in
                try nodes.sql(0, "CREATE ROLE watcher LOGIN PASSWORD 'w' CONNECTION LIMIT 1", "CREATE DATABASE full_up CONNECTION LIMIT 0")
                guard case .alive(let reason) = await nodes.observer(0, user: "watcher", password: "w", database: "full_up").look() else { return #expect(Bool(false)) }
                #expect(reason.contains("53300"))
                let held = try nodes.cluster.connect(toNode: 0)
                try held.query("SELECT 1")
                let pid = try #require(nodes.cluster.postmaster(of: 0))
                // Smart shutdown waits for `held`, and lets nobody else in.
                kill(pid, SIGTERM)
                try await nodes.eventually("not ready") { if case .notReady(let why) = await nodes.observer(0).look() { why.contains("57P03") } else { false } }
            }
        }

        @Test("A kept connection whose backend was ended is replaced without a word; an effect is never sent twice")
        func keptConnections() async throws {
            try await onNodes(standbys: 0) { nodes in
                let channel = nodes.channel(0)
                let first = try await channel.ask("SELECT pg_backend_pid() AS it", timeout: .seconds(5))["it"]
                #expect(try await channel.ask("SELECT pg_backend_pid() AS it", timeout: .seconds(5))["it"] == first, "the connection is kept")
                try nodes.sql(0, "SELECT pg_terminate_backend(\(first ?? "0"), 5000)")
                let second = try await channel.ask("SELECT pg_backend_pid() AS it", timeout: .seconds(5))["it"]
                #expect(second != first)
                let own = try await channel.execute("SELECT pg_backend_pid() AS it, set_config('search_path', 'x', false)", timeout: .seconds(5))["it"]
                #expect(own != second)
                #expect(try await channel.ask("SELECT current_setting('search_path') AS it", timeout: .seconds(5))["it"] != "x")
            }
        }

        @Test("What goes wrong with a statement is told by its SQLSTATE, and the next one works")
        func statements() async throws {
            try await onNodes(standbys: 0) { nodes in
                let channel = nodes.channel(0)
                func state(_ text: String, _ parameters: [String?] = [], timeout: Duration = .seconds(20)) async -> String? {
                    do { _ = try await channel.ask(text, parameters, timeout: timeout) } catch {
                        if case .sql(let state, _, _) = error { return state }
                        if case .timedOut = error { return "timed out" }
                        return "\(error)"
                    }
                    return nil
                }
                #expect(await state("SELEC 1") == "42601")
                #expect(await state("SELECT 1/0") == "22012")
                #expect(await state("SELECT 1; SELECT 2") == "42601")
                #expect(await state("COPY pg_class TO STDOUT") == "0A000")
                #expect(await state("SELECT $1", ["a\0b"]) == "22021")
                #expect(await state("SELECT repeat('x', 1000000) FROM generate_series(1, 100)") == "54000")
                #expect(await state("SELECT pg_sleep(10)", timeout: .milliseconds(50)) == "timed out")
                #expect(await state("") == nil)
                let rows = try await channel.ask("SELECT $1::int + 1 AS a, $2 AS b", ["41", nil], timeout: .seconds(5))
                #expect(rows["a"] == "42" && rows["b"] == nil && rows.columns.map(\.name) == ["a", "b"] && rows.columns[0].type == 23)
                #expect(rows.commandTag == "SELECT 1")
                let large = String(repeating: "y", count: 4 << 20)
                #expect(try await channel.ask("SELECT length($1) AS it", [large], timeout: .seconds(20))["it"] == "\(large.utf8.count)", "larger than the socket's buffer")
            }
        }

        // MARK: Probing

        @Test("A prober finds a kill by the evidence and not at its next look, a minute later, and a storm of evidence makes no storm of probes")
        func prober() async throws {
            try await onNodes(standbys: 0) { nodes in
                let policy = HealthPolicy(period: .seconds(60), retries: 2, retryDelay: .milliseconds(100))
                let prober = try NodeProber(observer: nodes.observer(0), policy: policy, waiter: nodes.waiter)
                let (reports, continuation) = AsyncStream.makeStream(of: NodeHealth.self)
                let running = Task { await prober.run { continuation.yield($0) } }
                var iterator = reports.makeAsyncIterator()
                #expect(await iterator.next()?.verdict == .up)

                let storm = Monotonic.now()
                while Monotonic.now() - storm < .milliseconds(400) { prober.evidenceArrived() }
                let probes = try nodes.value(0, "SELECT count(*) <= 2 FROM pg_stat_activity WHERE application_name = 'understudy'")
                #expect(probes == "t", "the connections are kept")
                var counted = 0
                let drained = Monotonic.now() + .seconds(1)
                let end = Task { await nodes.waiter.sleep(drained - .now()); continuation.yield(NodeHealth(policy: policy)) }
                while let health = await iterator.next(), health.verdict != nil { counted += 1 }
                await end.value
                #expect((1...25).contains(counted), "\(counted) probes in 400 ms of evidence")

                try nodes.cluster.killNode(0)
                let killed = Monotonic.now()
                prober.evidenceArrived()
                while let health = await iterator.next(), health.verdict != .down {}
                let took = Monotonic.now() - killed
                print("down after \(took)")
                #expect(took < .seconds(5))
                running.cancel()
                await running.value
            }
        }

        // MARK: Promotion

        /// Five standbys at once promoted the moment their primary dies: the five-second trap of the startup process has five chances a round.
        @Test("Promoted right after its primary was killed, a standby is writable at once: twenty in a row", arguments: 0..<4)
        func promotions(_ round: Int) async throws {
            try await onNodes(standbys: 5) { nodes in
                try nodes.write()
                let hands = (1...5).map { nodes.hands($0) }
                for hand in hands { #expect(try await hand.isInRecovery()) }
                try nodes.cluster.killNode(0)
                let times = try await withThrowingTaskGroup(of: Duration.self) { group in
                    for hand in hands {
                        group.addTask {
                            let began = Monotonic.now()
                            try await hand.promote(in: Epoch(1), within: .seconds(30))
                            return Monotonic.now() - began
                        }
                    }
                    return try await group.reduce(into: [Duration]()) { $0.append($1) }
                }
                print("promotions of round \(round): \(times.sorted().map { "\($0)" }.joined(separator: ", "))")
                #expect(times.count == 5)
                for time in times { #expect(time < .milliseconds(4500)) }
                for id in 1...5 { #expect(try await nodes.seen(id).timeline == Timeline(2)) }
            }
        }

        @Test("A second promotion, also at the same time, changes nothing; an old epoch touches nothing; a role without the right is told so")
        func promoteTwice() async throws {
            try await onNodes(standbys: 1) { nodes in
                await #expect(throws: EffectRefused.self) { try await nodes.hands(1, inForce: Epoch(8)).promote(in: Epoch(7), within: .seconds(5)) }
                await #expect(throws: EffectRefused.self) { _ = try await nodes.hands(1, inForce: Epoch(8)).sql("SELECT pg_promote()", in: Epoch(7), timeout: .seconds(5)) }
                #expect(try nodes.value(1, "SELECT pg_is_in_recovery()") == "t")
                try nodes.sql(0, "CREATE ROLE nobody LOGIN PASSWORD 'n'")
                try await nodes.eventually("the role is on the standby") { try nodes.value(1, "SELECT count(*) FROM pg_roles WHERE rolname = 'nobody'") == "1" }
                do {
                    try await nodes.hands(1, user: "nobody", password: "n", inForce: Epoch(8)).promote(in: Epoch(8), within: .seconds(5))
                    Issue.record("promoted without the right")
                } catch let failure as NodeFailure { #expect(failure.description.contains("42501")) }

                try nodes.cluster.killNode(0)
                let hands = nodes.hands(1, inForce: Epoch(8))
                async let one: Void = hands.promote(in: Epoch(8), within: .seconds(30))
                async let other: Void = hands.promote(in: Epoch(8), within: .seconds(30))
                _ = try await (one, other)
                try await hands.promote(in: Epoch(8), within: .seconds(30))
                #expect(try await nodes.seen(1).timeline == Timeline(2), "promoted once")
                #expect(try await hands.sql("SELECT $1::int AS it", ["3"], in: Epoch(8), timeout: .seconds(5))["it"] == "3")
            }
        }

        @Test("What a hook may only read cannot be written, by no trick of its session either")
        func reading() async throws {
            let statements: [(text: String, state: String?)] = [
                ("CREATE TABLE t ()", "25006"), ("ALTER SYSTEM SET work_mem = '5MB'", "25001"), ("SELECT nextval('s')", "25006"),
                ("DO $$ BEGIN PERFORM set_config('default_transaction_read_only', 'off', false); COMMIT; CREATE TABLE t (); END $$", "2D000"),
                ("SET default_transaction_read_only = off", nil), ("SET TRANSACTION READ WRITE", "25001"), ("COMMIT", nil),
            ]
            try await onNodes(standbys: 0) { nodes in
                try nodes.sql(0, "CREATE SEQUENCE s", "GRANT ALL ON SEQUENCE s TO monitor")
                let reader = nodes.reader(0)
                func state(_ text: String) async -> String? {
                    do { _ = try await reader.executeReadOnly(text, timeout: .seconds(5)) } catch {
                        if case .sql(let state, _, _) = error { return state }
                        return "\(error)"
                    }
                    return nil
                }
                for statement in statements {
                    #expect(await state(statement.text) == statement.state, "\(statement.text)")
                    #expect(await state("CREATE TABLE t ()") == "25006", "after \(statement.text)")
                }
                #expect(try await reader.executeReadOnly("SELECT $1::int AS it", ["3"], timeout: .seconds(5))["it"] == "3")
            }
        }

        @Test("Only a role that can do nothing but look is let look")
        func harmless() async throws {
            try await onNodes(standbys: 0) { nodes in
                func problem(_ channel: NodeChannel) async -> String? {
                    do { _ = try await channel.executeReadOnly("SELECT 1", timeout: .seconds(5)) } catch { return error.description }
                    return nil
                }
                #expect(await problem(nodes.reader(0)) == nil)
                #expect(await problem(nodes.channel(0))?.contains("understudy is to look only, and is a superuser: have health_check_user be") == true)
                for (grant, power, revoke) in [
                    ("GRANT EXECUTE ON FUNCTION pg_promote(boolean, integer) TO monitor", "may call pg_promote", "REVOKE EXECUTE ON FUNCTION pg_promote(boolean, integer) FROM monitor"),
                    ("GRANT pg_read_server_files TO monitor", "is a member of pg_read_server_files", "REVOKE pg_read_server_files FROM monitor"),
                    ("GRANT understudy TO monitor", "is a superuser", "REVOKE understudy FROM monitor"),
                ] {
                    try nodes.sql(0, grant)
                    let words = await problem(nodes.reader(0))
                    #expect(words?.contains("monitor is to look only, and \(power): ") == true, "\(words ?? "nothing")")
                    try nodes.sql(0, revoke)
                }
                #expect(await problem(nodes.reader(0)) == nil)
            }
        }

        @Test("A promotion that cannot end is given up at its limit; one of a node that dies fails with the node's reason")
        func promotionFails() async throws {
            try await onNodes(standbys: 1) { nodes in
                let hands = nodes.hands(1)
                #expect(try await hands.isInRecovery())
                try nodes.cluster.signalNode(1, SIGSTOP)
                let began = Monotonic.now()
                await #expect(throws: (any Error).self) { try await hands.promote(in: Epoch(1), within: .milliseconds(300)) }
                #expect(Monotonic.now() - began < .seconds(10))
                try nodes.cluster.signalNode(1, SIGCONT)
                try nodes.cluster.killNode(1)
                await #expect(throws: NodeFailure.self) { try await hands.promote(in: Epoch(1), within: .seconds(10)) }
            }
        }
    }
}
