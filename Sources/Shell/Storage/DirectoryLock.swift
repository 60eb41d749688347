internal import Glibc

/// Holds a state directory for one process; released with it, or when the process ends in any way.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    init(directory: String) throws(StorageFailure) {
        try Self.make(directory)
        var status = stat()
        guard stat(directory, &status) == 0 else { throw Self.failure(directory, "cannot be read") }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .directory(path: directory, reason: "is not a directory") }
        guard status.st_mode & 0o077 == 0 else {
            throw .directory(path: directory, reason: "has mode \(String(status.st_mode & 0o777, radix: 8)), others could read it: chmod 700 it")
        }
        descriptor = open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(directory, "cannot be written") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: directory)
        }
    }

    deinit { close(descriptor) }

    /// Makes the directory and those above it.
    private static func make(_ directory: String) throws(StorageFailure) {
        var path = directory.hasPrefix("/") ? "" : "."
        for part in directory.split(separator: "/") {
            path += "/" + part
            if mkdir(path, 0o700) != 0 && errno != EEXIST { throw failure(directory, "cannot be made") }
        }
    }

    private static func failure(_ directory: String, _ what: String) -> StorageFailure {
        .directory(path: directory, reason: "\(what): \(String(cString: strerror(errno)))")
    }
}
