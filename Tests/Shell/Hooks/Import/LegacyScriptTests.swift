import Foundation
import Testing
@testable import Hooks

@Suite("LegacyScript")
struct LegacyScriptTests {
    private func remarks(_ text: String) -> [String] { LegacyScript(path: "x.sh", text: text).remarks.map { "\($0.line): \($0.words)" } }

    @Test("Constants that somebody has to look at are named with their lines")
    func constants() {
        #expect(remarks("#!/bin/bash\nPGHOME=/usr/pgsql-14\nHOST=$1\nUSER_2=postgres\n# OLD=x\nnot_upper=x\nX=\"$Y\"\n") == ["2: hard-codes PGHOME=/usr/pgsql-14", "4: hard-codes USER_2=postgres"])
    }

    @Test("What it takes for granted is said", arguments: [
        ("ssh -T host ls", "waits for ssh without a limit, up to that of the hook"), ("O=\"-o StrictHostKeyChecking=no $K\"", "does not check host keys"),
        ("  rm -rf $PGDATA", "removes files before there are others"), ("psql -c x >/dev/null 2>&1", "throws messages away"), ("sleep 2", "waits a fixed time"),
        ("  pcp_attach_node -w", "calls pcp_attach_node: the engine does that by itself"),
    ])
    func habits(_ line: String, _ words: String) { #expect(remarks(line) == ["1: \(words)"]) }

    @Test("pgpool's own failover.sh is read to the end")
    func sample() throws {
        let path = "/usr/share/doc/pgpool2/examples/failover.sh.sample"
        try #require(FileManager.default.fileExists(atPath: path), "\(path) comes with Debian's pgpool2")
        let found = try LegacyScript(path: path).remarks.map(\.words)
        for words in ["hard-codes PGHOME=/usr/pgsql-14", "hard-codes POSTGRESQL_STARTUP_USER=postgres", "does not check host keys", "throws messages away"] {
            #expect(found.contains(words), "\(found)")
        }
    }

    @Test("What is no script is refused")
    func unreadable() { #expect(throws: HookProblem.self) { try LegacyScript(path: "/nowhere/x.sh") } }
}
