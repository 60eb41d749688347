import ClusterModel
import Foundation
import Glibc
import Reactor
import Testing
@testable import NodeControl

@Suite("Programs")
struct ProgramTests {
    private func run(_ words: [String], input: String = "", environment: [String: String] = [:], timeout: Duration = .seconds(20)) async throws -> Program.Result {
        let waiter = try DescriptorWaiter()
        let result: Result<Program.Result, ProgramFailure>
        do { result = .success(try await Program(words, environment: environment, input: input, timeout: timeout).run(waiter)) } catch { result = .failure(error) }
        await waiter.shutDown()
        return try result.get()
    }

    @Test("Input goes in; output, errors and the exit code come back; nothing is inherited")
    func whole() async throws {
        let result = try await run(["/bin/sh", "-c", "cat; echo oops >&2; env | sort | tr '\\n' ' '; exit 3"], input: "hello\n", environment: ["OWN": "yes"])
        #expect(result.code == 3 && result.errors == "oops\n")
        #expect(result.output.hasPrefix("hello\nLC_ALL=C OWN=yes PATH="), "\(result.output)")
        #expect(!result.output.contains("HOME"))
    }

    @Test("A megabyte goes through both ways at once")
    func large() async throws {
        let text = String(repeating: "0123456789abcde\n", count: 65_536)
        let found1 = try await run(["/bin/cat"], input: text).output
        #expect(found1 == text)
    }

    @Test("One that does not end is ended with its children, and says its last words")
    func timeout() async throws {
        let clock = ContinuousClock(), began = clock.now
        let failure = await #expect(throws: ProgramFailure.self) { try await run(["/bin/sh", "-c", "echo begun; sleep 60 & sleep 60"], timeout: .milliseconds(300)) }
        #expect(failure?.description.contains("still running after 0.3 seconds; its last words: begun") == true, "\(failure?.description ?? "")")
        #expect(clock.now - began < .seconds(10))
    }

    @Test("One that floods is ended; what it left running with its output is not waited for")
    func floods() async throws {
        let failure = await #expect(throws: ProgramFailure.self) { try await run(["/usr/bin/yes"]) }
        #expect(failure?.description == "/usr/bin/yes wrote more than 8 MB: it was ended")
        let clock = ContinuousClock(), began = clock.now
        let found2 = try await run(["/bin/sh", "-c", "sleep 20 & echo done"]).output
        #expect(found2 == "done\n")
        #expect(clock.now - began < .seconds(10))
    }

    @Test("A missing program and a relative path are reasons, not crashes")
    func missing() async throws {
        await #expect(throws: ProgramFailure.self) { try await run(["/nowhere/program"]) }
        await #expect(throws: ProgramFailure.self) { try await run(["ls"]) }
        await #expect(throws: ProgramFailure.self) { try await run(["/bin/echo", "a\0b"]) }
    }

    @Test("Quoted words come out of a shell as they were", arguments: [
        [""], ["a b", "c"], ["it's", "\"", "$HOME", "`id`", "\\"], ["*", "~", "!", "#", "&&", ";", "|", ">", "\n", "\t"], ["-n", "é", "a=b", "(x)", "{a,b}", "''''"],
    ] as [[String]])
    func quoting(_ words: [String]) async throws {
        let text = "/usr/bin/printf '%s\\0' " + ShellText.quoted(words)
        let found3 = try await run(["/bin/sh", "-c", text]).output
        #expect(found3 == words.map { $0 + "\0" }.joined())
        let found4 = try await run(["/bin/bash", "-c", text]).output
        #expect(found4 == words.map { $0 + "\0" }.joined())
    }

    /// An ssh that runs its command here, as the other side's shell would.
    private func withStandIn(_ body: (NodeTransport, URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "understudy-ssh-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "ssh").path
        try "#!/bin/sh\necho \"$@\" >> \(folder.path)/argv\nwhile [ \"$1\" != -- ]; do shift; done\nshift 2\nexec /bin/sh -c \"$*\"\n".write(toFile: path, atomically: true, encoding: .utf8)
        chmod(path, 0o755)
        try await body(.ssh(NodeTransport.SSH(host: "db1.example", user: "postgres", command: path)), folder)
        try FileManager.default.removeItem(at: folder)
    }

    @Test("ssh is asked for one host whose key is known, never for a password; words, input and variables arrive, and no variable is in an argument")
    func ssh() async throws {
        try await withStandIn { transport, folder in
            let waiter = try DescriptorWaiter()
            let program = try transport.program(["/bin/sh", "-c", "cat; echo \"$1|$SECRET|$HOME\"", "x", "it's; rm -rf /"], environment: ["SECRET": "canary 'x'"], input: "in\n", timeout: .seconds(20))
            let result = try await program.run(waiter)
            await waiter.shutDown()
            #expect(result.output == "in\nit's; rm -rf /|canary 'x'|\n", "\(result)")
            let argv = try String(contentsOf: folder.appending(path: "argv"), encoding: .utf8)
            #expect(!argv.contains("canary"))
            for word in ["BatchMode=yes", "StrictHostKeyChecking=yes", "-l postgres", "-- db1.example"] { #expect(argv.contains(word), "\(argv)") }
        }
    }

    @Test("A host name that ssh would take for an option is refused")
    func option() throws {
        let transport = NodeTransport.ssh(NodeTransport.SSH(host: "-oProxyCommand=id", user: "", command: "/usr/bin/ssh"))
        #expect(throws: ProgramFailure.self) { try transport.program(["/bin/true"], environment: [:], input: "", timeout: .seconds(1)) }
    }

    @Test("A server that was killed is stopped, also while nobody has waited for its process")
    func killedServer() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "understudy-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: folder) } }
        // As pg_ctl does with a process that is nobody's any more: it runs, and does not shut down.
        let tool = folder.path + "/pg_ctl"
        try "#!/bin/sh\n[ $1 = status ] || { echo 'pg_ctl: server does not shut down' >&2; exit 1; }\n".write(toFile: tool, atomically: true, encoding: .utf8)
        #expect(chmod(tool, 0o755) == 0)
        var dead: pid_t = 0
        #expect(posix_spawn(&dead, "/bin/true", nil, nil, [nil], nil) == 0)
        defer { waitpid(dead, nil, 0) }
        try "\(dead)\n".write(to: folder.appending(path: "postmaster.pid"), atomically: true, encoding: .utf8)
        let waiter = try DescriptorWaiter()
        let host = NodeHost(Node(id: NodeID(0), name: "pg1", host: "/tmp", port: 1, dataDirectory: folder.path), .local, programs: folder.path, waiter: waiter, epochs: AnyEpoch())
        let clock = ContinuousClock(), began = clock.now
        try await host.stop(in: Epoch(1), mode: .immediate, wait: .seconds(20))
        #expect(clock.now - began < .seconds(10))
        // One that lives and does not stop is no success.
        try "\(getpid())\n".write(to: folder.appending(path: "postmaster.pid"), atomically: true, encoding: .utf8)
        await #expect(throws: ProgramFailure.self) { try await host.stop(in: Epoch(1), mode: .immediate, wait: .seconds(1)) }
        await waiter.shutDown()
    }

    @Test("Files are written whole and read back; settings of a stopped server are replaced, taken back, and quoted")
    func files() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "understudy-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "work_mem = '1MB'\nport = 1\n".write(to: folder.appending(path: "postgresql.auto.conf"), atomically: true, encoding: .utf8)
        try "15\n".write(to: folder.appending(path: "PG_VERSION"), atomically: true, encoding: .utf8)
        let waiter = try DescriptorWaiter(), node = Node(id: NodeID(0), name: "pg1", host: "/tmp", port: 1, dataDirectory: folder.path)
        let host = NodeHost(node, .local, programs: "/nowhere", waiter: waiter, epochs: AnyEpoch())
        try await host.write(in: Epoch(1), "own.conf", "it's\nso", mode: 0o640)
        let found5 = try await host.read("own.conf")
        #expect(found5 == "it's\nso")
        #expect(try FileManager.default.attributesOfItem(atPath: folder.path + "/own.conf")[.posixPermissions] as? Int == 0o640)
        try await host.set(in: Epoch(1), "work_mem", "it's \\ 2MB")
        try await host.set(in: Epoch(1), "port", nil)
        let found6 = try await host.read("postgresql.auto.conf")
        #expect(found6 == "work_mem = 'it''s \\\\ 2MB'\n")
        try await host.touch(in: Epoch(1), "standby.signal")
        let found7 = try await host.read("standby.signal")
        #expect(found7 == "")
        // A link takes nobody out of the data directory, nor elsewhere than it says.
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/out", withDestinationPath: "/etc")
        for path in ["out/hostname", "out", folder.path + "/out/hostname"] {
            let failure = await #expect(throws: ProgramFailure.self) { try await host.read(path) }
            #expect(failure?.description.contains("leads out of the data directory, to /etc") == true, "\(failure?.description ?? "")")
        }
        let alias = folder.path + "-alias"
        try FileManager.default.createSymbolicLink(atPath: alias, withDestinationPath: "/etc/hostname")
        let elsewhere = await #expect(throws: ProgramFailure.self) { try await host.read(alias) }
        #expect(elsewhere?.description.contains("leads to /etc/hostname: ask for that") == true)
        try FileManager.default.removeItem(atPath: alias)
        await #expect(throws: ProgramFailure.self) { try await host.write(in: Epoch(1), "out/understudy-never", "x", mode: 0o600) }
        await #expect(throws: ProgramFailure.self) { try await host.touch(in: Epoch(1), "out/understudy-never") }
        let plain = try await host.read("/etc/passwd")
        #expect(plain.contains("root:"))
        let found8 = try await host.freeBytes()
        #expect(found8 > 0)
        try await host.moveAside(in: Epoch(1))
        try await host.moveAside(in: Epoch(1))
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        try await host.restoreAside(in: Epoch(1))
        let found9 = try await host.read("own.conf")
        #expect(found9 == "it's\nso")
        try await host.forgetAside(in: Epoch(1))
        await #expect(throws: EffectRefused.self) { try await host.touch(in: Epoch(7), "late") }
        await waiter.shutDown()
        try FileManager.default.removeItem(at: folder)
    }
}

/// Epoch 1 is in force.
private struct AnyEpoch: EpochGuard {
    func check(_ epoch: Epoch) async throws(EffectRefused) {
        if epoch != Epoch(1) { throw EffectRefused(decided: epoch, current: Epoch(1)) }
    }
}
