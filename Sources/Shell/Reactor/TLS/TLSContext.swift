internal import COpenSSL
internal import Glibc

/// Certificates, keys and choices of one side, ready for handshakes. Never changed: new material makes a new context, and
/// the old one lives as long as a connection that began with it.
package final class TLSContext: Sendable {
    /// Which side of a handshake it is for.
    enum Side: Sendable { case server, client }

    let side: Side
    /// Whether the certificate of the peer, where there is one, is checked.
    let verifiesPeer: Bool
    /// Set up in `init` and only used for new connections since; OpenSSL counts references to it atomically.
    nonisolated(unsafe) let pointer: OpaquePointer
    /// The hash of our certificate for `tls-server-end-point`, by which SCRAM binds to this channel; empty for a client.
    ///
    /// Source: RFC 5929, section 4.1.
    package let endPointHash: [UInt8]

    /// For connections from applications.
    package init(server material: TLSServerMaterial) throws(TLSError) {
        guard !material.certificate.isEmpty, !material.key.isEmpty else {
            throw TLSError("TLS to frontends needs a certificate and its key: set ssl_cert and ssl_key")
        }
        let context = try Self.make(TLS_server_method(), material.leastVersion)
        do throws(TLSError) {
            try Self.use(material.certificate, key: material.key, material.passphraseCommand, in: context)
            try Self.limit(context, material)
            if !material.authorities.isEmpty { try Self.ask(context, material.authorities) }
        } catch {
            SSL_CTX_free(context)
            throw error
        }
        SSL_CTX_set_alpn_select_cb(context, understudy_alpn_select, nil)
        pointer = context
        side = .server
        verifiesPeer = !material.authorities.isEmpty
        endPointHash = Self.endPointHash(of: context)
    }

    /// For connections to nodes.
    package init(client material: TLSClientMaterial) throws(TLSError) {
        let context = try Self.make(TLS_client_method(), material.leastVersion)
        do throws(TLSError) {
            if !material.certificate.isEmpty { try Self.use(material.certificate, key: material.key, material.passphraseCommand, in: context) }
            if !material.authorities.isEmpty { try Self.trust(context, material.authorities) }
        } catch {
            SSL_CTX_free(context)
            throw error
        }
        SSL_CTX_set_verify(context, material.authorities.isEmpty ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nil)
        pointer = context
        side = .client
        verifiesPeer = !material.authorities.isEmpty
        endPointHash = []
    }

    deinit { SSL_CTX_free(pointer) }

    private static func make(_ method: OpaquePointer?, _ leastVersion: TLSVersion) throws(TLSError) -> OpaquePointer {
        OpenSSLQueue.clear()
        guard let context = SSL_CTX_new(method) else { throw TLSError(openSSL: "cannot start TLS") }
        understudy_ssl_harden(context)
        understudy_ssl_economise(context)
        let version = switch leastVersion {
        case .tls10: TLS1_VERSION
        case .tls11: TLS1_1_VERSION
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
        guard understudy_ssl_set_least_version(context, version) == 1 else {
            SSL_CTX_free(context)
            throw TLSError(openSSL: "cannot set the oldest TLS version to \(leastVersion.rawValue)")
        }
        return context
    }

    /// The algorithm of the certificate's signature, but nothing weaker than SHA-256.
    private static func endPointHash(of context: OpaquePointer) -> [UInt8] {
        guard let certificate = SSL_CTX_get0_certificate(context) else { return [] }
        var algorithm: Int32 = 0
        guard OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &algorithm, nil) == 1 else { return [] }
        if algorithm == NID_md5 || algorithm == NID_sha1 { algorithm = NID_sha256 }
        // A signature without a hash of its own (Ed25519) has no binding.
        guard let digest = EVP_get_digestbyname(OBJ_nid2sn(algorithm)) else { return [] }
        var hash = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE)), size: UInt32 = 0
        return X509_digest(certificate, digest, &hash, &size) == 1 ? Array(hash[..<Int(size)]) : []
    }
}
