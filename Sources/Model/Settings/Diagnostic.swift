/// Something about a configuration that its author should know.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    /// Whether the configuration can be used all the same.
    package enum Severity: Sendable {
        /// The configuration cannot be used.
        case error
        /// It can be used, and something in it has no effect or another name.
        case notice
    }

    package let severity: Severity
    package let place: Settings.Place
    /// What was expected, what came, and what to do.
    package let message: String

    /// `file:line: message`, as compilers write it.
    package var description: String { "\(place): \(severity == .notice ? "notice: " : "")\(message)" }
}

/// The known word nearest to a misspelt one, when it is near enough to be meant.
func nearest(to word: String, among known: [String]) -> String? {
    let ranked = known.map { (distance: editDistance(word.lowercased(), $0.lowercased()), word: $0) }.min { ($0.distance, $0.word) < ($1.distance, $1.word) }
    return ranked.flatMap { $0.distance <= max(2, word.count / 3) ? $0.word : nil }
}

/// Insertions, deletions and replacements between two words.
private func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
            diagonal = above
        }
    }
    return row[b.count]
}
