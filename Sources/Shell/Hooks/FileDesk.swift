internal import Foundation
internal import Reactor

/// `us.fs`
enum FileOperation: String, CaseIterable {
    case read = "fs.read", exists = "fs.exists", list = "fs.list", stat = "fs.stat", write = "fs.write", makeDirectory = "fs.mkdir", remove = "fs.remove"
}

/// Files of this host, each call on a thread of its own: a disk may be slow.
struct FileDesk: Sendable {
    /// Of one file.
    static let limit = 1 << 20
    /// Of one directory.
    static let entryLimit = 10_000

    func perform(_ operation: FileOperation, _ arguments: HostArguments, _ rights: HookRights) async throws(HostCallFailure) -> HookValue {
        let path = arguments.text("path")
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw HostCallFailure(.code, "us.\(operation.rawValue): expected an absolute path; got \"\(path)\"") }
        let result: Result<HookValue, HostCallFailure>
        do {
            result = try await onThread("hook-file") {
                do throws(HostCallFailure) {
                    return .success(try Self.perform(operation, path, arguments, rights))
                } catch { return .failure(error) }
            }
        } catch { throw HostCallFailure(.environment, "us.\(operation.rawValue): \(error)") }
        return try result.get()
    }

    /// What a link in the path leads to must be granted as well. The folder is opened first, looked at, and worked in by its descriptor:
    /// whoever puts a link in its place meanwhile changes nothing.
    private static func perform(_ operation: FileOperation, _ path: String, _ arguments: HostArguments, _ rights: HookRights) throws(HostCallFailure) -> HookValue {
        let name = (path as NSString).lastPathComponent, above = (path as NSString).deletingLastPathComponent
        guard ![".", "..", "/", ""].contains(name) else { throw HostCallFailure(.code, "us.\(operation.rawValue): \(path) names no file or directory") }
        let folder = open(above, pathOnly | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return try nowhere(operation, path) }
        defer { close(folder) }
        try check(try place(of: folder) + "/" + name, operation, path, rights)
        return try act(operation, path, at: own(folder) + "/" + name, arguments) { (descriptor) throws(HostCallFailure) in try check(try place(of: descriptor), operation, path, rights) }
    }

    /// There is no such folder.
    private static func nowhere(_ operation: FileOperation, _ path: String) throws(HostCallFailure) -> HookValue {
        switch operation {
        case .exists: return false
        case .stat, .remove: return .none
        case .read: throw failure(path, "cannot be read")
        case .list: throw failure(path, "cannot be listed")
        case .write: throw failure(path, "cannot be written")
        case .makeDirectory: throw failure(path, "cannot be made")
        }
    }

    private static func check(_ real: String, _ operation: FileOperation, _ path: String, _ rights: HookRights) throws(HostCallFailure) {
        let family = switch operation {
        case .read, .exists, .list, .stat: "fs:read:"
        case .write, .makeDirectory, .remove: "fs:write:"
        }
        let plain = real.hasPrefix("//") ? String(real.dropFirst()) : real
        guard !rights.covers(Capability(family + plain)) else { return }
        throw HostCallFailure(.code, "us.\(operation.rawValue): \(path) leads to \(plain), for which the hook has no capability \(family)…")
    }

    /// O_PATH, which Swift does not see: a folder that cannot be listed can be worked in.
    private static let pathOnly: Int32 = 0o10_000_000

    /// A descriptor's name in this process.
    private static func own(_ descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

    /// Where what is open really is.
    private static func place(of descriptor: Int32) throws(HostCallFailure) -> String {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(own(descriptor), &text, text.count)
        guard count > 0, count < text.count else { throw HostCallFailure(.environment, "it cannot be seen where a file is: \(String(cString: strerror(errno)))") }
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `file` is what the path stands for, by its folder's descriptor; `check` is asked about what was opened.
    private static func act(_ operation: FileOperation, _ path: String, at file: String, _ arguments: HostArguments,
                            _ check: (Int32) throws(HostCallFailure) -> Void) throws(HostCallFailure) -> HookValue {
        switch operation {
        case .read: return try read(path, at: file, check)
        case .exists: return .boolean(faccessat(AT_FDCWD, file, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        case .list: return try list(path, at: file, check)
        case .stat: return status(file)
        case .write: try write(path, at: file, arguments.text("text"), mode: mode(arguments, 0o600))
        case .makeDirectory:
            guard mkdir(file, mode(arguments, 0o700)) == 0 || errno == EEXIST else { throw failure(path, "cannot be made") }
        case .remove: try remove(path, at: file, recursive: arguments["recursive"].text)
        }
        return .none
    }

    private static func mode(_ arguments: HostArguments, _ fallback: mode_t) -> mode_t { arguments["mode"].integer.map { mode_t(truncatingIfNeeded: $0) & 0o7777 } ?? fallback }

    private static func read(_ path: String, at file: String, _ check: (Int32) throws(HostCallFailure) -> Void) throws(HostCallFailure) -> HookValue {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be read") }
        defer { close(descriptor) }
        try check(descriptor)
        var status = Foundation.stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw HostCallFailure(.environment, "\(path) is no file") }
        var bytes = [UInt8](repeating: 0, count: limit + 1), count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count) }
            guard got >= 0 else { throw failure(path, "cannot be read") }
            if got == 0 { break }
            count += got
        }
        guard count <= limit else { throw HostCallFailure(.environment, "\(path) is longer than \(limit) bytes") }
        return .text(String(decoding: bytes[..<count], as: UTF8.self))
    }

    private static func list(_ path: String, at file: String, _ check: (Int32) throws(HostCallFailure) -> Void) throws(HostCallFailure) -> HookValue {
        let descriptor = open(file, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, "cannot be listed") }
        defer { close(descriptor) }
        try check(descriptor)
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: own(descriptor)) } catch { throw HostCallFailure(.environment, "\(path) cannot be listed: \((error as NSError).localizedDescription)") }
        guard names.count <= entryLimit else { throw HostCallFailure(.environment, "\(path) holds \(names.count) names: at most \(entryLimit) are listed") }
        return .list(names.sorted().map(HookValue.text))
    }

    private static func status(_ path: String) -> HookValue {
        var status = Foundation.stat()
        guard lstat(path, &status) == 0 else { return .none }
        let kind = switch status.st_mode & S_IFMT {
        case S_IFREG: "file"
        case S_IFDIR: "directory"
        case S_IFLNK: "link"
        default: "other"
        }
        return ["size": HookValue(status.st_size), "mode": HookValue(status.st_mode & 0o7777), "modified": HookValue(status.st_mtim.tv_sec), "kind": .text(kind)]
    }

    private static func write(_ path: String, at file: String, _ text: String, mode: mode_t) throws(HostCallFailure) {
        let beside = "\(file).understudy-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure(path, "cannot be written") }
        let bytes = Array(text.utf8)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done) }
            if count <= 0 { break }
            done += count
        }
        let isWhole = done == bytes.count && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
        let problem = isWhole ? nil : failure(path, "cannot be written")
        close(descriptor)
        if isWhole, rename(beside, file) == 0 { return syncFolder(of: file) }
        let last = problem ?? failure(path, "cannot be written")
        unlink(beside)
        throw last
    }

    /// The name is on disk too.
    private static func syncFolder(of path: String) {
        let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private static func remove(_ path: String, at file: String, recursive: String?) throws(HostCallFailure) {
        if unlink(file) == 0 || errno == ENOENT { return }
        if rmdir(file) == 0 || errno == ENOENT { return }
        guard errno == ENOTEMPTY || errno == EEXIST else { throw failure(path, "cannot be removed") }
        guard recursive == path else {
            throw HostCallFailure(.code, "\(path) is a directory with contents: to remove it, write recursive = \"\(path)\"")
        }
        do { try FileManager.default.removeItem(atPath: file) } catch { throw HostCallFailure(.environment, "\(path) cannot be removed: \((error as NSError).localizedDescription)") }
    }

    private static func failure(_ path: String, _ what: String) -> HostCallFailure { HostCallFailure(.environment, "\(path) \(what): \(String(cString: strerror(errno)))") }
}
