internal import Foundation

/// A file with secrets that is replaced as a whole: whoever reads it meanwhile sees the old one or the new one.
package struct SecretFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// Why the file was not changed.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
        init(_ what: String, _ path: String) { description = "\(path) cannot be \(what): \(String(cString: strerror(errno)))" }
        init(_ description: String) { self.description = description }
    }

    /// Has the text changed by `edit`, one process at a time. A file that does not exist is an empty one. The file keeps its
    /// owner, and its mode where others may not read it; otherwise only its owner may.
    package func update(_ edit: (String) throws -> String) throws {
        // The file that a link means is replaced, not the link.
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        let folder = open((target as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw Failure("written", target) }
        defer { close(folder) }
        // The folder's lock goes with the process, and leaves no file behind.
        guard flock(folder, LOCK_EX) == 0 else { throw Failure("locked", target) }
        let old = try read(target)
        try write(try edit(old?.text ?? ""), to: target, like: old?.status)
        guard fsync(folder) == 0 else { throw Failure("written", target) }
    }

    private func read(_ target: String) throws -> (text: String, status: stat)? {
        var status = stat()
        guard stat(target, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw Failure("read", target)
        }
        guard let content = FileManager.default.contents(atPath: target) else { throw Failure("read", target) }
        guard let text = String(validating: content, as: UTF8.self) else { throw Failure("\(target) is not UTF-8 text") }
        return (text, status)
    }

    private func write(_ text: String, to target: String, like old: stat?) throws {
        let fresh = target + ".new.\(getpid())"
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("written", fresh) }
        var isDone = false
        defer {
            close(descriptor)
            if !isDone { unlink(fresh) }
        }
        if let old {
            if old.st_uid != geteuid() || old.st_gid != getegid(), fchown(descriptor, old.st_uid, old.st_gid) != 0 { throw Failure("given to its owner", fresh) }
            // As for PostgreSQL's keys: a group may read what root owns.
            let mode = old.st_mode & 0o777
            guard fchmod(descriptor, mode & (old.st_uid == 0 ? 0o037 : 0o077) == 0 ? mode : 0o600) == 0 else { throw Failure("protected", fresh) }
        }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Failure("written", fresh) }
            bytes = bytes.dropFirst(count)
        }
        guard fsync(descriptor) == 0, rename(fresh, target) == 0 else { throw Failure("written", target) }
        isDone = true
    }
}
