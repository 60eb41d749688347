internal import Glibc

/// Where configuration files come from.
package protocol ConfigurationSource: Sendable {
    func contents(of file: String) -> Result<String, Unreadable>
    func exists(_ file: String) -> Bool
    /// The names in a directory, in any order.
    func entries(of directory: String) -> Result<[String], Unreadable>
    /// Permission bits; nil where there are none to check.
    func mode(of file: String) -> UInt32?
}

/// Why a file cannot be read.
package struct Unreadable: Error, Hashable, Sendable {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
}

/// The file system.
package struct DiskSource: ConfigurationSource {
    package init() {}

    /// The whole file as text; unreadable, not UTF-8 and larger than `ConfigurationFile.largestFile` are failures with their reason.
    package func contents(of file: String) -> Result<String, Unreadable> {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(systemError()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 { return .failure(systemError()) }
            if count == 0 { break }
            bytes += buffer[..<count]
            if bytes.count > ConfigurationFile.largestFile { return .failure(Unreadable("it is larger than \(ConfigurationFile.largestFile) bytes")) }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return .failure(Unreadable("it is not UTF-8 text")) }
        return .success(text)
    }

    /// Whether anything is at the path.
    package func exists(_ file: String) -> Bool { access(file, F_OK) == 0 }

    /// The names in a directory, without `.` and `..`.
    package func entries(of directory: String) -> Result<[String], Unreadable> {
        guard let stream = opendir(directory) else { return .failure(systemError()) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(withUnsafeBytes(of: &entry.pointee.d_name) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return .success(names.filter { $0 != "." && $0 != ".." })
    }

    /// Permission bits; nil where the file cannot be looked at.
    package func mode(of file: String) -> UInt32? {
        var status = stat()
        return stat(file, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    private func systemError() -> Unreadable { Unreadable(String(cString: strerror(errno))) }
}
