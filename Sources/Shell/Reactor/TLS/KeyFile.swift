internal import Glibc

/// Whether a private key is kept from others.
///
/// Source: PostgreSQL's rule for `ssl_key_file`: 0600, or 0640 where root owns it.
enum KeyFile {
    static func check(_ path: String) throws(TLSError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw TLSError("cannot read the private key \(path): \(String(cString: strerror(errno)))") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw TLSError("the private key \(path) is not a file") }
        let mode = status.st_mode & 0o7777, own = geteuid()
        guard status.st_uid == own || status.st_uid == 0 else {
            throw TLSError("the private key \(path) belongs to user \(status.st_uid): chown it to root or to the daemon's user (\(own))")
        }
        if mode & (status.st_uid == 0 ? 0o037 : 0o077) != 0 {
            throw TLSError("the private key \(path) has mode 0\(String(mode, radix: 8)): chmod 600 it, or 640 where root owns it, so that others cannot read it")
        }
    }
}
