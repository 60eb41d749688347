internal import Glibc

/// Where configuration files come from.
package protocol ConfigurationSource: Sendable {
    /// The whole text of a file.
    func contents(of file: String) -> Result<String, Unreadable>
    /// False only where there certainly is no such file: one that cannot be reached is reported when it is read.
    func exists(_ file: String) -> Bool
    /// The names in a directory, in any order.
    func entries(of directory: String) -> Result<[String], Unreadable>
    /// Who may read a file; nil where there is nothing to check.
    func access(to file: String) -> FileAccess?
}

/// Why a file cannot be read.
package struct Unreadable: Error, Hashable, Sendable {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
}

/// The file system.
package struct DiskSource: ConfigurationSource {
    package init() {}

    /// UTF-8 without NUL, no longer than `ConfigurationFile.largestFile`.
    package func contents(of file: String) -> Result<String, Unreadable> {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(systemError()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return .failure(systemError()) }
            if count == 0 { break }
            bytes += buffer[..<count]
            if bytes.count > ConfigurationFile.largestFile { return .failure(Unreadable("it is larger than \(ConfigurationFile.largestFile) bytes")) }
        }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else { return .failure(Unreadable("it is not UTF-8 text")) }
        return .success(text)
    }

    /// Asks without opening.
    package func exists(_ file: String) -> Bool { Glibc.access(file, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR) }

    /// All names but `.` and `..`; a directory with more than `ConfigurationFile.mostFiles` of them is refused.
    package func entries(of directory: String) -> Result<[String], Unreadable> {
        guard let stream = opendir(directory) else { return .failure(systemError()) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
            if name != "." && name != ".." { names.append(name) }
            if names.count > ConfigurationFile.mostFiles { return .failure(Unreadable("it has more than \(ConfigurationFile.mostFiles) entries")) }
        }
        return .success(names)
    }

    /// As `stat` tells; a symbolic link's target counts.
    package func access(to file: String) -> FileAccess? {
        var status = stat()
        return stat(file, &status) == 0 ? FileAccess(mode: status.st_mode & 0o7777, isOwnedByRoot: status.st_uid == 0) : nil
    }

    private func systemError() -> Unreadable { Unreadable(String(cString: strerror(errno))) }
}
