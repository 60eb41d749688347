import Foundation
import Testing
@testable import Settings

@Suite("SettingsRegistry")
struct SettingsRegistryTests {
    static let declarations = SettingsRegistry.shared.groups.flatMap(\.declarations)
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("Every default is a value of its type", arguments: declarations.map(\.name))
    func defaults(_ name: String) throws {
        let declaration = try #require(Self.declarations.first { $0.name == name })
        #expect(throws: Never.self) { try declaration.type.parse(declaration.defaultText).get() }
        #expect(declaration.meaning.hasSuffix("."))
        #expect(PgpoolNames.fate(of: name) == nil, "a parameter that exists is not reported as missing")
    }

    @Test("Values at a bound are taken, values beyond it are not", arguments: declarations.map(\.name))
    func bounds(_ name: String) throws {
        let declaration = try #require(Self.declarations.first { $0.name == name })
        let good: [String], bad: [String]
        switch declaration.type {
        case .boolean: (good, bad) = (["on", "off", "true", "no", "1", "0", "YES"], ["", "2", "maybe"])
        case .integer(let bounds): (good, bad) = (["\(bounds.lowerBound)", "\(bounds.upperBound)"], ["\(bounds.lowerBound - 1)", "\(bounds.upperBound + 1)", "", "1.5", "x"])
        case .real(let bounds): (good, bad) = (["\(bounds.lowerBound)", "\(bounds.upperBound)"], ["\(bounds.lowerBound - 1)", "\(bounds.upperBound + 1)", "nan", "x", ""])
        case .string, .list: (good, bad) = (["", "anything"], [])
        case .choice(let words): (good, bad) = (words + words.map { $0.uppercased() }, ["", "no_such_word"])
        case .flags(let words): (good, bad) = (words + [words.joined(separator: "|")], ["", "|", "NO_SUCH_WORD"])
        case .duration(let bounds, _):
            let low = Int(bounds.lowerBound / .milliseconds(1)), high = Int(bounds.upperBound / .milliseconds(1))
            (good, bad) = (["\(low)ms", "\(high)ms"], ["\(low - 1)ms", "\(high + 1)ms", "", "1 week", "s", "1e400s"])
        case .bytes(let bounds, _): (good, bad) = (["\(bounds.lowerBound)B", "\(bounds.upperBound)B"], ["\(bounds.lowerBound - 1)B", "\(bounds.upperBound + 1)B", "", "1 stone", "99999999999999999999GB"])
        case .mode: (good, bad) = (["0", "0777", "700"], ["8", "1000", "-1", "", "rwx"])
        }
        for text in good { #expect(throws: Never.self, "\(name) = \(text)") { try declaration.type.parse(text).get() } }
        for text in bad { #expect(throws: ParameterType.Mismatch.self, "\(name) = \(text)") { try declaration.type.parse(text).get() } }
    }

    @Test("The derived files are fresh", arguments: [("samples/understudy.conf", "sample"), ("docs/parameters.md", "parameters")])
    func fresh(_ path: String, _ verb: String) throws {
        let text = verb == "sample" ? SampleFile.text : ParameterManual.text
        let stored = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
        #expect(stored == text, "run: understudy render \(verb) > \(path)")
    }

    @Test("The sample with every line switched on is a valid configuration")
    func sampleIsValid() {
        let lines = SampleFile.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") ? String(line.dropFirst()) : String(line)
        }
        let text = lines.joined(separator: "\n") + "\nbackend_hostname0 = 'a'\nhealth_check_user = 'probe'\n"
        let file = ConfigurationFile(path: "/s.conf", from: MemorySource(files: ["/s.conf": text]))
        #expect(file.diagnostics.isEmpty)
    }
}
