internal import Settings

/// The end of a sentence that says a name is unknown: `; did you mean "new_main"?`, or nothing.
enum NearName {
    static func hint(_ word: String, _ known: [String]) -> String { nearest(to: word, among: known).map { "; did you mean \"\($0)\"?" } ?? "" }
}
