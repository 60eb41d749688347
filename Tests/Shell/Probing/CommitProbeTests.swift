import Testing
@testable import Probing

@Suite("CommitProbe")
struct CommitProbeTests {
    @Test("A commit that waits for its own disk is the node's fault, and the reason says for what it waits", arguments: [("IO", "WALSync"), ("LWLock", "WALWrite"), ("", "")])
    func stuck(_ kind: String, _ event: String) throws {
        let reason = try #require(CommitProbe.verdict(kind: kind, event: event, after: .milliseconds(10_300)))
        #expect(reason.hasPrefix("answers, but a commit has not ended in 10 s"))
        #expect(reason.contains(event))
    }

    @Test("A commit that waits for a synchronous standby, or has ended meanwhile, is not", arguments: [("IPC", "SyncRep"), ("Client", "ClientRead")])
    func excused(_ kind: String, _ event: String) {
        #expect(CommitProbe.verdict(kind: kind, event: event, after: .seconds(10)) == nil)
    }
}
