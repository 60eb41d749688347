import Foundation
import Testing

/// Rules that no compiler checks, over the sources as text.
@Suite("Tidy")
struct TidyTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private struct Source {
        let path: String
        let text: String
        var lines: [(number: Int, text: Substring)] { text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().map { ($0 + 1, $1) } }
        /// Without comments and string contents, as far as one line shows.
        static func code(_ line: Substring) -> String {
            var code = "", isInString = false, previous: Character = " "
            for character in line {
                if character == "\"" && previous != "\\" { isInString.toggle() } else if !isInString { code.append(character) }
                if code.hasSuffix("//") { return String(code.dropLast(2)) }
                previous = character
            }
            return code
        }
    }

    private static func sources(_ folder: String, _ kinds: [String] = ["swift"]) throws -> [Source] {
        let base = root.appending(path: folder)
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        return try paths.filter { path in kinds.contains { path.hasSuffix("." + $0) } }.map { path in
            Source(path: folder + "/" + path, text: try String(contentsOf: base.appending(path: path), encoding: .utf8))
        }
    }

    @Test("The glossary's banned words are in no identifier")
    func glossary() throws {
        let banned = ["master", "slave", "replica", "secondary", "upstream", "downstream", "directive"]
        let all = try Self.sources("Sources")
        #expect(all.count > 100)
        for source in all {
            for (number, line) in source.lines {
                let words = Self.words(Source.code(line))
                for word in banned where words.contains(word) || words.contains(word + "s") { Issue.record("\(source.path):\(number): \(word)") }
            }
        }
    }

    /// `primaryConnInfo` → primary, conn, info.
    private static func words(_ code: String) -> Set<String> {
        var words: Set<String> = [], word = ""
        for character in code {
            if character.isUppercase || !character.isLetter {
                words.insert(word.lowercased())
                word = ""
            }
            if character.isLetter { word.append(character) }
        }
        words.insert(word.lowercased())
        return words
    }

    @Test("Every package declaration says what a caller needs")
    func documented() throws {
        // What a declaration may do without: its own story is its type's.
        let exempt = ["package init", "package var description", "package var customMirror", "package static func <", "package import", "package let description",
                      "package func replied", "package deinit", "package struct CodingKeys"]
        var missing: [String] = []
        for source in try Self.sources("Sources") where !source.path.contains("/understudy/") {
            let lines = source.lines.map(\.text)
            for (index, line) in lines.enumerated() {
                let code = line.drop(while: \.isWhitespace)
                guard code.hasPrefix("package "), !exempt.contains(where: code.hasPrefix), Self.isType(code) else { continue }
                var above = index - 1
                while above >= 0, lines[above].drop(while: \.isWhitespace).hasPrefix("@") { above -= 1 }
                if above < 0 || !lines[above].drop(while: \.isWhitespace).hasPrefix("///") { missing.append("\(source.path):\(index + 1): \(code)") }
            }
        }
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
    }

    /// Types and functions; a stored property in a documented type may speak for itself.
    private static func isType(_ code: Substring) -> Bool {
        [" struct ", " enum ", " class ", " actor ", " protocol ", " func ", " typealias "].contains { code.contains($0) }
    }

    @Test("Nothing is public, and nothing waits to be done")
    func forbidden() throws {
        for source in try Self.sources("Sources") {
            for (number, line) in source.lines {
                let code = Source.code(line)
                if Self.words(code).contains("public") { Issue.record("\(source.path):\(number): public") }
                for mark in ["TODO", "FIXME", "XXX:"] where line.contains(mark) { Issue.record("\(source.path):\(number): \(mark)") }
                if code.contains(" try? ") || code.hasPrefix("try? ") { Issue.record("\(source.path):\(number): try? throws an error away") }
            }
        }
    }

    @Test("Model, Core, Reactor and Proxying do without Foundation")
    func foundation() throws {
        let folders = ["Sources/Model", "Sources/Core", "Sources/Shell/Reactor", "Sources/Shell/Proxying"]
        for source in try folders.flatMap({ try Self.sources($0) }) where source.text.contains("import Foundation") {
            Issue.record("\(source.path) imports Foundation")
        }
    }

    @Test("An unchecked Sendable carries its proof")
    func unchecked() throws {
        for source in try Self.sources("Sources") {
            let lines = source.lines.map(\.text)
            for (index, line) in lines.enumerated() where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let around = lines[max(0, index - 4)...min(lines.count - 1, index + 2)]
                if !around.contains(where: { $0.contains("//") }) { Issue.record("\(source.path):\(index + 1): no proof beside \(line)") }
            }
        }
    }
}
