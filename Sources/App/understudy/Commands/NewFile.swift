internal import Foundation

/// Files that a command makes for people: one that is there already is theirs.
enum NewFile {
    /// Throws where there is something of this name.
    static func write(_ text: String, to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { throw StartFailure("\(path) exists already: it was left as it is") }
        do { try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting) } catch {
            throw StartFailure("\(path) cannot be written: \((error as NSError).localizedDescription)")
        }
    }
}
