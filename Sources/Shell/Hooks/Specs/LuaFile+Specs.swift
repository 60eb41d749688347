internal import Foundation

extension LuaFile {
    /// How the names of files with tests end; they stand beside what they test.
    static let specSuffix = "_spec.lua"

    /// The files of tests in a folder, by name.
    static func specNames(in directory: String) throws(HookProblem) -> [String] {
        let all: [String]
        do { all = try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
            throw HookProblem(directory, "cannot be read: \((error as NSError).localizedDescription)")
        }
        let names = all.filter { $0.hasSuffix(specSuffix) }.sorted()
        guard names.count <= maximumFiles else { throw HookProblem(directory, "holds \(names.count) files of tests: at most \(maximumFiles) are run") }
        return names
    }

    /// The last part of a path.
    static func name(of path: String) -> String { String(path.split(separator: "/").last ?? "") }

    /// What a path says before its last part; `.` when it says nothing.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
