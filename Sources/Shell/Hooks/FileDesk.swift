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
                    try Self.checkLinks(operation, path, rights)
                    return .success(try Self.act(operation, path, arguments))
                } catch { return .failure(error) }
            }
        } catch { throw HostCallFailure(.environment, "us.\(operation.rawValue): \(error)") }
        return try result.get()
    }

    /// What a link in the path leads to must be granted as well.
    private static func checkLinks(_ operation: FileOperation, _ path: String, _ rights: HookRights) throws(HostCallFailure) {
        let folder = (path as NSString).deletingLastPathComponent
        let real = operation == .read || operation == .list ? resolved(path) : resolved(folder).map { $0 + "/" + (path as NSString).lastPathComponent }
        let family = switch operation {
        case .read, .exists, .list, .stat: "fs:read:"
        case .write, .makeDirectory, .remove: "fs:write:"
        }
        guard let real, !rights.covers(Capability(family + real)) else { return }
        throw HostCallFailure(.code, "us.\(operation.rawValue): \(path) leads to \(real), for which the hook has no capability \(family)…")
    }

    private static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    private static func act(_ operation: FileOperation, _ path: String, _ arguments: HostArguments) throws(HostCallFailure) -> HookValue {
        switch operation {
        case .read: return try read(path)
        case .exists: return .boolean(access(path, F_OK) == 0)
        case .list: return try list(path)
        case .stat: return status(path)
        case .write: try write(path, arguments.text("text"), mode: mode(arguments, 0o600))
        case .makeDirectory:
            guard mkdir(path, mode(arguments, 0o700)) == 0 || errno == EEXIST else { throw failure(path, "cannot be made") }
        case .remove: try remove(path, recursive: arguments["recursive"].text)
        }
        return .none
    }

    private static func mode(_ arguments: HostArguments, _ fallback: mode_t) -> mode_t { arguments["mode"].integer.map { mode_t(truncatingIfNeeded: $0) & 0o7777 } ?? fallback }

    private static func read(_ path: String) throws(HostCallFailure) -> HookValue {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be read") }
        defer { close(descriptor) }
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

    private static func list(_ path: String) throws(HostCallFailure) -> HookValue {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch { throw HostCallFailure(.environment, "\(path) cannot be listed: \((error as NSError).localizedDescription)") }
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

    private static func write(_ path: String, _ text: String, mode: mode_t) throws(HostCallFailure) {
        let beside = "\(path).understudy-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
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
        if isWhole, rename(beside, path) == 0 { return syncFolder(of: path) }
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

    private static func remove(_ path: String, recursive: String?) throws(HostCallFailure) {
        if unlink(path) == 0 || errno == ENOENT { return }
        if rmdir(path) == 0 || errno == ENOENT { return }
        guard errno == ENOTEMPTY || errno == EEXIST else { throw failure(path, "cannot be removed") }
        guard recursive == path else {
            throw HostCallFailure(.code, "\(path) is a directory with contents: to remove it, write recursive = \"\(path)\"")
        }
        do { try FileManager.default.removeItem(atPath: path) } catch { throw HostCallFailure(.environment, "\(path) cannot be removed: \((error as NSError).localizedDescription)") }
    }

    private static func failure(_ path: String, _ what: String) -> HostCallFailure { HostCallFailure(.environment, "\(path) \(what): \(String(cString: strerror(errno)))") }
}
