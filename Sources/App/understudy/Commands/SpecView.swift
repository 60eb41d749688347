internal import Administration
internal import Hooks

/// A file's tests, for people and programs.
struct SpecView: Encodable {
    struct Test: Encodable {
        let name: String
        let passed: Bool
        let failure: String?
        let place: String?
        let crashes: Int
    }

    let file: String
    let tests: [Test]
    let problem: String?
    let printed: [String]

    init(_ report: SpecReport) {
        file = report.file
        tests = report.tests.map { test in
            Test(name: test.name, passed: test.failure == nil, failure: test.failure, place: test.place?.description, crashes: test.crashes)
        }
        problem = report.fault?.description
        printed = report.printed
    }

    static func text(_ views: [SpecView], showsCrashes: Bool) -> String {
        let tests = views.flatMap(\.tests), failed = tests.count { !$0.passed } + views.count { $0.problem != nil }
        let crashes = tests.reduce(0) { $0 + $1.crashes }
        let survived = crashes > 0 ? ", \(crashes.counted("crash", "crashes")) swept" : ""
        return views.map { $0.text(showsCrashes) }.joined() + "\n\(tests.count.counted("test")) in \(views.count.counted("file")): \(failed == 0 ? "all passed" : "\(failed) failed")\(survived)\n"
    }

    private func text(_ showsCrashes: Bool) -> String {
        let lines = tests.map { test in
            let sweep = showsCrashes && test.crashes > 0 ? " (\(test.crashes.counted("crash", "crashes")))" : ""
            let reason = test.failure.map { "\n      \(test.place.map { "\($0): " } ?? "")\($0.replacing("\n", with: "\n      "))" } ?? ""
            return "  \(test.passed ? "✓" : "✗") \(test.name)\(sweep)\(reason)\n"
        }
        let words = printed.map { "  | \($0.replacing("\n", with: "\n  | "))\n" }
        return "\(file)\n" + words.joined() + lines.joined() + (problem.map { "  ✗ \($0)\n" } ?? "")
    }
}
