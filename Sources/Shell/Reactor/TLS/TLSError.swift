internal import COpenSSL
internal import Glibc

/// Why certificates, keys or parameters of TLS cannot be used: a sentence with the file and what OpenSSL said.
package struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// With what OpenSSL put into this thread's queue last; empties the queue.
    init(openSSL what: String) { description = what + ": " + OpenSSLQueue.take() }
}

/// The errors that OpenSSL keeps for the calling thread.
enum OpenSSLQueue {
    static func clear() { ERR_clear_error() }

    /// The reason of the first error, which caused the others; empties the queue.
    static func take() -> String {
        let code = ERR_get_error()
        ERR_clear_error()
        if code == 0 { return "OpenSSL gave no reason" }
        if let reason = ERR_reason_error_string(code) { return String(cString: reason) }
        // System errors carry an errno and no text.
        if code & 0x8000_0000 != 0 { return String(cString: strerror(Int32(truncatingIfNeeded: code & 0x7FFF_FFFF))) }
        return "OpenSSL's error \(String(code, radix: 16))"
    }
}
