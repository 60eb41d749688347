/// What a log holds past the position where the primary's left it: transactions that are lost with it.
package struct DivergedLog: Hashable, Sendable, Codable {
    /// What committed transactions did to one relation.
    package struct Change: Hashable, Sendable, Codable {
        /// `tablespace/database/file`, as the log names it.
        package let relation: String
        /// `INSERT`, `UPDATE`, `HOT_UPDATE`, `DELETE`, `MULTI_INSERT`, …
        package let operation: String
        package let rows: Int
    }

    /// Where the last whole record begins; nil when there is none.
    package private(set) var end: LogSequenceNumber?
    /// Committed, and not only by saying so.
    package private(set) var transactions = 0
    /// When the first and the last of them committed, as the server's clock said.
    package private(set) var first: String?, last: String?
    package private(set) var changes: [Change] = []

    /// Reads what the summary of `NodeHost.divergedLog` prints: a word and its values a line. nil when it is none.
    package init?(summary: some StringProtocol) {
        for line in String(summary).split(whereSeparator: \.isNewline) {
            let words = line.split(separator: Character(" "), maxSplits: 1).map { String($0) }
            guard words.count == 2 else { return nil }
            switch words[0] {
            case "end": end = LogSequenceNumber(words[1])
            case "transactions":
                guard let count = Int(words[1]) else { return nil }
                transactions = count
            case "first": first = words[1]
            case "last": last = words[1]
            case "change":
                let parts = words[1].split(separator: Character(" ")).map { String($0) }
                guard parts.count == 3, let rows = Int(parts[2]) else { return nil }
                changes.append(Change(relation: parts[0], operation: parts[1], rows: rows))
            default: return nil
            }
        }
        changes.sort { ($0.relation, $0.operation) < ($1.relation, $1.operation) }
    }

    /// For people, in a sentence; `fork` is where it begins.
    package func words(since fork: LogSequenceNumber) -> String {
        let bytes = end?.bytesAhead(of: fork) ?? 0
        guard transactions > 0 else { return "\(bytes) bytes of log, and no committed change in them" }
        let when = first.flatMap { first in last.map { first == $0 ? ", at \(first)" : ", from \(first) to \($0)" } } ?? ""
        let what = changes.map { "\($0.rows) \($0.operation) in \($0.relation)" }.joined(separator: ", ")
        return "\(bytes) bytes of log with \(transactions) committed \(transactions == 1 ? "transaction" : "transactions")\(when)" + (what.isEmpty ? "" : ": \(what)")
    }
}
