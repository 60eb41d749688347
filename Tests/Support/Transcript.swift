package import Foundation

/// A story in a text file: lines that say what happens, each followed by indented lines that say what came of it.
///
/// A line that begins with `#` is a comment; an empty one is kept. With `UNDERSTUDY_RECORD=1` in the environment the
/// outcomes are written anew instead of compared: then say in the commit why each changed.
package struct Transcript {
    package let url: URL
    package let text: String

    package init(_ url: URL) throws {
        self.url = url
        text = try String(contentsOf: url, encoding: .utf8)
    }

    /// Every `.txt` in a folder, by name.
    package static func all(in folder: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "txt" }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// Plays the story: `perform` gets each line that happens and returns what came of it.
    package func replay(_ perform: (String) throws -> [String]) rethrows -> String {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("    ") { continue }
            lines.append(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            lines += try perform(line).map { "    " + $0 }
        }
        return lines.joined(separator: "\n")
    }

    package static var isRecording: Bool { ProcessInfo.processInfo.environment["UNDERSTUDY_RECORD"] == "1" }

    package func record(_ text: String) throws { try text.write(to: url, atomically: true, encoding: .utf8) }
}
