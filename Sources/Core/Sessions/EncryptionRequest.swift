internal import PostgresWire

/// Asking a node for TLS: a packet, and one byte as the answer.
///
/// Pure. Anything behind the byte came in the clear and would be taken for encrypted, so it is refused; so is an error in the
/// clear, whose text anybody may have written.
/// Source: PostgreSQL manual, "SSL Session Encryption"; CVE-2021-23222, CVE-2024-10977.
package enum EncryptionRequest {
    /// What becomes of the connection.
    package enum Answer: Hashable, Sendable {
        /// Begin the handshake.
        case secure
        /// Go on in the clear.
        case plain
        /// The connection is of no use: a sentence's end about the node.
        case refused(String)
    }

    /// An SSLRequest.
    package static let packet: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]

    /// What to make of the node's first bytes; there is at least one.
    package static func answered(_ bytes: UnsafeRawBufferPointer, allowsPlain: Bool) -> Answer {
        switch bytes.first {
        case UInt8(ascii: "S"): bytes.count == 1 ? .secure : .refused("sent bytes in the clear behind its consent to TLS: somebody may be in between")
        case UInt8(ascii: "N"):
            if bytes.count > 1 { .refused("sent bytes before it was told who logs in") } else {
                allowsPlain ? .plain : .refused("does not offer TLS, which server_tls_sslmode demands: set ssl = on in its postgresql.conf")
            }
        case UInt8(ascii: "E"): .refused("answered the request for TLS with an error, for which it may be too busy")
        case let byte: .refused("answered the request for TLS with \(byte.map { "the byte \($0)" } ?? "nothing")")
        }
    }
}
