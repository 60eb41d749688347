/// Longer words are not misspelt names, and comparing them costs the product of the lengths.
private let longestName = 63

/// The known word nearest to a misspelt one, when it is near enough to be meant.
package func nearest(to word: String, among known: [String]) -> String? {
    guard word.utf8.count <= longestName else { return nil }
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

/// As much of a text from a file as a message has room for.
func clipped(_ text: some StringProtocol) -> String {
    let most = 60
    let head = text.prefix(most)
    return head.endIndex == text.endIndex ? String(head) : head + "…"
}
