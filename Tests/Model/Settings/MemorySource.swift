@testable import Settings

/// Files in memory.
struct MemorySource: ConfigurationSource {
    var files: [String: String]
    var modes: [String: UInt32] = [:]
    var rootOwned: Set<String> = []

    func contents(of file: String) -> Result<String, Unreadable> { files[file].map(Result.success) ?? .failure(Unreadable("No such file or directory")) }
    func exists(_ file: String) -> Bool { files[file] != nil }
    func access(to file: String) -> FileAccess? { FileAccess(mode: modes[file] ?? 0o600, isOwnedByRoot: rootOwned.contains(file)) }

    func entries(of directory: String) -> Result<[String], Unreadable> {
        let names = files.keys.filter { $0.hasPrefix(directory + "/") }.map { String($0.dropFirst(directory.count + 1)) }
        return names.isEmpty ? .failure(Unreadable("No such file or directory")) : .success(names)
    }
}

/// A configuration that has what every one needs, and `lines`.
func read(_ lines: String, others: [String: String] = [:]) -> ConfigurationFile {
    let text = "backend_hostname0 = 'a'\nhealth_check_user = 'probe'\n" + lines
    return ConfigurationFile(path: "/etc/u.conf", from: MemorySource(files: others.merging(["/etc/u.conf": text]) { $1 }))
}
