import Foundation
import Testing

/// `docs/protocol.md` names a proof for each row; here it is seen to that there is one.
@Suite("Protocol table")
struct ProtocolTableTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The last column of every row that has a number.
    private static func rows() throws -> [(number: Int, proof: Substring)] {
        try String(contentsOf: root.appending(path: "docs/protocol.md"), encoding: .utf8).split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard line.hasPrefix("|"), cells.count == 5, let number = Int(cells[1].trimmingCharacters(in: .whitespaces)) else { return nil }
            return (number, cells[3])
        }
    }

    /// What stands between backticks in every row, numbered or not.
    private static func proofs() throws -> [String] {
        try String(contentsOf: root.appending(path: "docs/protocol.md"), encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("|") }.flatMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            return cells.count == 5 ? quoted(cells[3]) : []
        }
    }

    private static func quoted(_ text: Substring) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
    }

    /// The names of tests and conversations, and of transcripts.
    private static func known() throws -> Set<String> {
        let folder = root.appending(path: "Tests")
        var known: Set<String> = []
        for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
            if path.contains("/Transcripts/") { known.insert(URL(filePath: path).lastPathComponent) }
            guard path.hasSuffix(".swift") else { continue }
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            for match in text.matches(of: /(?:@Test|Conversation)\("((?:[^"\\]|\\.)*)"/) { known.insert(String(match.1).replacing("\\\"", with: "\"")) }
        }
        return known
    }

    @Test("Every proof that the table names exists")
    func exist() throws {
        let known = try Self.known(), proofs = try Self.proofs()
        #expect(proofs.count > 60)
        for proof in proofs where !known.contains(proof) { Issue.record("there is no test, conversation or transcript called: \(proof)") }
    }

    @Test("Every row of the checklist is there once, with a proof or the word that it is not done yet")
    func complete() throws {
        let rows = try Self.rows()
        #expect(rows.map(\.number) == Array(1...28))
        for row in rows { #expect(!Self.quoted(row.proof).isEmpty || row.proof.contains("not yet"), "row \(row.number)") }
    }
}
