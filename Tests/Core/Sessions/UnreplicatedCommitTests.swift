import PostgresWire
import Testing
@testable import Sessions

@Suite("Commits that were not replicated")
struct UnreplicatedCommitTests {
    private func isSaid(_ fields: [(String, String)], cut: Int = 0) -> Bool {
        var writer = MessageWriter()
        for (field, text) in fields { writer.raw(field.utf8); writer.string(text) }
        writer.byte(0)
        return Array(writer.bytes.dropLast(cut)).withUnsafeBytes { UnreplicatedCommit.isSaid(by: $0) }
    }

    /// As PostgreSQL 15 sends it.
    private let warning = [
        ("S", "WARNUNG"), ("V", "WARNING"), ("C", "01000"), ("M", "canceling wait for synchronous replication due to user request"),
        ("D", "The transaction has already committed locally, but might not have been replicated to the standby."),
        ("F", "syncrep.c"), ("L", "296"), ("R", "SyncRepWaitForLSN"),
    ]

    @Test("The warning is known by its routine, whatever its code and the language of its text")
    func known() {
        #expect(isSaid(warning))
        #expect(isSaid([("V", "WARNING"), ("C", "57P01"), ("R", "SyncRepWaitForLSN")]))
    }

    @Test("Other notices are not taken for it", arguments: [
        [("V", "WARNING"), ("C", "01000"), ("M", "canceling wait for synchronous replication due to user request"), ("R", "exec_stmt_raise")],
        [("V", "NOTICE"), ("R", "SyncRepWaitForLSN")],
        [("V", "WARNING"), ("M", "SyncRepWaitForLSN")],
        [],
    ])
    func others(fields: [(String, String)]) { #expect(!isSaid(fields)) }

    @Test("A notice cut short is not taken for it")
    func cut() { for count in 1..<40 { #expect(!isSaid(warning, cut: count)) } }
}
