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
        let (good, bad) = Self.examples(declaration.type)
        for text in good { #expect(throws: Never.self, "\(name) = \(text)") { try declaration.type.parse(text).get() } }
        for text in bad { #expect(throws: ParameterType.Mismatch.self, "\(name) = \(text)") { try declaration.type.parse(text).get() } }
    }

    private static func examples(_ type: ParameterType) -> (good: [String], bad: [String]) {
        switch type {
        case .boolean: return (["on", "off", "true", "no", "1", "0", "YES", "t", "fal", "of"], ["", "2", "o", "maybe", "onn"])
        case .integer(let bounds):
            return (["\(bounds.lowerBound)", "\(bounds.upperBound)"], ["\(bounds.lowerBound - 1)", "\(bounds.upperBound + 1)", "", "1.5", "x", "0x", "1e3", "٣"])
        case .real(let bounds): return (["\(bounds.lowerBound)", "\(bounds.upperBound)"], ["\(bounds.lowerBound - 1)", "\(bounds.upperBound + 1)", "nan", "inf", "x", ""])
        case .string, .list: return (["", "anything"], [])
        case .secret: return (["", "plain", "TEXTAESinclear"], ["AESc2VzYW1l", "md5" + String(repeating: "0f", count: 16)])
        case .choice(let words, let synonyms): return (words + words.map { $0.uppercased() } + synonyms.keys, ["", "no_such_word"])
        case .flags(let words, let unsupported): return (words + unsupported + [words.joined(separator: "|"), words.joined(separator: ", ")], ["", "|", "NO_SUCH_WORD"])
        case .duration(let bounds, _):
            let low = Int(bounds.lowerBound / .microseconds(1)), high = Int(bounds.upperBound / .microseconds(1))
            return (["\(low)us", "\(high)us"], ["\(low - 1)us", "\(high + 1)us", "", "1 week", "s", "1e400s", "0.1us"])
        case .bytes(let bounds, _):
            return (["\(bounds.lowerBound)B", "\(bounds.upperBound)B"], ["\(bounds.lowerBound - 1)B", "\(bounds.upperBound + 1)B", "", "1 stone", "99999999999999999999GB"])
        case .mode: return (["0", "0777", "0700"], ["8", "1000", "01000", "-1", "-01", "", "rwx", "0999", "511"])
        }
    }

    @Test("A default that is shown is the default that is read", arguments: declarations.map(\.name))
    func shownDefault(_ name: String) throws {
        let declaration = try #require(Self.declarations.first { $0.name == name })
        let value = try declaration.type.parse(declaration.defaultText).get()
        #expect(try declaration.type.parse(declaration.type.text(of: value)).get() == value)
    }

    @Test("Time and size are shown in the largest unit that keeps them whole", arguments: [
        (ParameterType.duration(.zero ... .seconds(90_000), unit: .seconds), "0", "0"), (.duration(.zero ... .seconds(90_000), unit: .seconds), "90", "90s"),
        (.duration(.zero ... .seconds(90_000), unit: .seconds), "1500us", "1500us"), (.duration(.zero ... .seconds(90_000), unit: .milliseconds), "120000", "2min"),
        (.bytes(0...(1 << 40), unit: 1024), "64", "64kB"), (.bytes(0...(1 << 40), unit: 1), "0.5GB", "512MB"), (.mode, "0750", "0750"), (.real(0...9), "1.50", "1.5"),
    ])
    func shown(_ type: ParameterType, _ text: String, _ shown: String) throws {
        #expect(type.text(of: try type.parse(text).get()) == shown)
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
        let file = ConfigurationFile(path: "/s.conf", from: MemorySource(files: ["/s.conf": text, "/pool_passwd": ""]))
        #expect(file.diagnostics.isEmpty)
    }
}
