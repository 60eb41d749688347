/// What came of one file of tests.
package struct SpecReport: Hashable, Sendable {
    /// One `it`.
    package struct Test: Hashable, Sendable {
        /// The words of its `describe`s and its own.
        package let name: String
        /// nil when it passed.
        package let failure: String?
        /// Where it failed.
        package let place: HookPlace?
        /// Crashes that its sweeps went through.
        package let crashes: Int
    }

    package let file: String
    package var tests: [Test]
    /// Why the file itself could not be run; nil when it was.
    package var fault: HookFault?
    /// What the tests and their hooks printed, in order.
    package var printed: [String] = []

    package var failures: Int { tests.count { $0.failure != nil } + (fault == nil ? 0 : 1) }
}

extension SpecReport.Test {
    /// From what the test library reports; chunk names become the files they stand for.
    init(_ value: HookValue, files: [String: String]) {
        name = value["name"].text ?? ""
        failure = value["failure"].text
        place = value["file"].text.map { HookPlace(file: files[$0] ?? $0, line: Int(value["line"].integer ?? 0)) }
        crashes = Int(value["crashes"].integer ?? 0)
    }
}
