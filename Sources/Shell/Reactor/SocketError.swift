internal import Glibc

/// A system call on a socket or loop that failed.
package struct SocketError: Error, Hashable, CustomStringConvertible {
    /// The call, as in its manual page.
    package let call: String
    /// errno.
    package let code: Int32

    package init(_ call: String, code: Int32 = errno) {
        self.call = call
        self.code = code
    }

    package var isForbidden: Bool { code == EACCES || code == EPERM }
    package var isAddressInUse: Bool { code == EADDRINUSE }

    package var description: String { "\(call): \(String(cString: strerror(code)))" }
}
