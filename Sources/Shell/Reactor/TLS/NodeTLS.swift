/// How connections to nodes are encrypted. Immutable: a reload makes another.
package struct NodeTLS: Sendable {
    /// `server_tls_sslmode`, with libpq's words.
    package enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Never asked for.
        case disable
        /// As `prefer`.
        case allow
        /// Taken where the node offers it.
        case prefer
        /// A node that does not offer it is not used.
        case require
        /// And its certificate must come from a known authority.
        case verifyCA = "verify-ca"
        /// And be for the node's host name or address.
        case verifyFull = "verify-full"
    }

    package let mode: Mode
    let context: TLSContext?

    /// Never asked for.
    package static let disabled = NodeTLS()

    private init() {
        mode = .disable
        context = nil
    }

    /// Authorities in the material are what a certificate is checked against, also where the mode does not demand one.
    package init(_ mode: Mode, _ material: TLSClientMaterial) throws(TLSError) {
        if mode == .verifyCA || mode == .verifyFull, material.authorities.isEmpty {
            throw TLSError("server_tls_sslmode = \(mode.rawValue) needs certificates of authorities: set server_tls_ca_file or ssl_ca_cert")
        }
        self.mode = mode
        context = mode == .disable ? nil : try TLSContext(client: material)
    }

    /// Whether a node is asked for TLS. Sockets in the file system need none, as with libpq.
    package func isAsked(of address: SocketAddress) -> Bool { context != nil && !address.isPath }

    /// Whether a node without TLS may be used.
    package var allowsPlain: Bool {
        switch mode {
        case .disable, .allow, .prefer: true
        case .require, .verifyCA, .verifyFull: false
        }
    }
}
