internal import Foundation

/// Where hooks and their library are.
package struct HookDirectories: Hashable, Sendable {
    /// The folder that holds `understudy/init.lua`.
    package var library: String
    /// The hooks that come with Understudy.
    package var bundled: String
    /// The site's own hooks, and under `lib/` its modules; it may be missing.
    package var site: String?

    package init(library: String, bundled: String, site: String?) {
        self.library = library
        self.bundled = bundled
        self.site = site
    }
}

/// A Lua file, read once: every process is given these bytes, so a change on disk takes effect by a reload only.
struct LuaFile: Hashable, Sendable {
    /// As it was found.
    let path: String
    /// What Lua calls it: unique among the files of one process, and short enough that Lua does not cut it.
    let chunk: String
    let text: String

    /// Bytes; far above what a person writes.
    static let maximumBytes = 1 << 20
    /// In one folder.
    static let maximumFiles = 500
    /// Lua shortens longer names in its messages.
    static let maximumChunkBytes = 55

    static func read(_ path: String, chunk: String) throws(HookProblem) -> LuaFile {
        guard chunk.utf8.count <= maximumChunkBytes else { throw HookProblem(path, "the name is longer than \(maximumChunkBytes) bytes: rename the file") }
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(filePath: path)) } catch {
            throw HookProblem(path, "cannot be read: \((error as NSError).localizedDescription)")
        }
        guard bytes.count <= maximumBytes else { throw HookProblem(path, "is \(bytes.count) bytes long: a Lua file has at most \(maximumBytes)") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw HookProblem(path, "is no UTF-8 text") }
        return LuaFile(path: path, chunk: chunk, text: text)
    }

    /// Tests beside hooks: `failover_spec.lua`.
    static let specEnding = "_spec.lua"

    /// The Lua files of a folder, by name, as paths relative to it; none where there is no such folder. Files that test
    /// hooks are left out unless asked for.
    static func names(in directory: String, isDeep: Bool, withSpecs: Bool = false) throws(HookProblem) -> [String] {
        let manager = FileManager.default
        guard manager.fileExists(atPath: directory) else { return [] }
        let all: [String]
        do { all = try isDeep ? manager.subpathsOfDirectory(atPath: directory) : manager.contentsOfDirectory(atPath: directory) } catch {
            throw HookProblem(directory, "cannot be read: \((error as NSError).localizedDescription)")
        }
        let names = all.filter { $0.hasSuffix(".lua") && (withSpecs || !$0.hasSuffix(specEnding)) }.sorted()
        guard names.count <= maximumFiles else { throw HookProblem(directory, "holds \(names.count) Lua files: at most \(maximumFiles) are read") }
        return names
    }

    /// `understudy/init.lua` is `understudy`, `understudy/internal/boot.lua` is `understudy.internal.boot`.
    static func moduleName(_ relativePath: String) -> String {
        let words = relativePath.dropLast(".lua".count).split(separator: "/")
        return (words.last == "init" ? words.dropLast() : words).joined(separator: ".")
    }

    var value: HookValue { ["chunk": .text(chunk), "text": .text(text)] }
}

/// What is wrong with a hook file, or with an option of a hook.
package struct HookProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package let place: HookPlace
    package let message: String

    package init(_ file: String, line: Int = 0, _ message: String) {
        place = HookPlace(file: file, line: line)
        self.message = message
    }

    /// `file:line: message`
    package var description: String { "\(place): \(message)" }
}
