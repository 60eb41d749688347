internal import COpenSSL
internal import Glibc

/// What a context reads from files.
extension TLSContext {
    /// Our certificate, with those that lead from it to its authority, and its key.
    static func use(_ certificate: String, key: String, _ passphraseCommand: String, in context: OpaquePointer) throws(TLSError) {
        guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else { throw TLSError(openSSL: "cannot use the certificate \(certificate)") }
        try KeyFile.check(key)
        let secret = try PrivateKey.read(key, passphraseCommand)
        defer { EVP_PKEY_free(secret) }
        guard SSL_CTX_use_PrivateKey(context, secret) == 1 else { throw TLSError(openSSL: "cannot use the private key \(key) with the certificate \(certificate)") }
        guard SSL_CTX_check_private_key(context) == 1 else { throw TLSError(openSSL: "the private key \(key) does not belong to the certificate \(certificate)") }
    }

    /// Ciphers, curves and Diffie-Hellman parameters of a server.
    static func limit(_ context: OpaquePointer, _ material: TLSServerMaterial) throws(TLSError) {
        guard SSL_CTX_set_cipher_list(context, material.ciphers) == 1 else { throw TLSError(openSSL: "cannot use ssl_ciphers '\(material.ciphers)'") }
        if material.prefersOwnCiphers { understudy_ssl_prefer_own_ciphers(context) }
        if !material.curve.isEmpty, understudy_ssl_set_groups(context, material.curve) != 1 {
            throw TLSError(openSSL: "cannot use ssl_ecdh_curve '\(material.curve)'")
        }
        guard !material.dhParameters.isEmpty else { return understudy_ssl_use_own_dh(context) }
        guard let file = BIO_new_file(material.dhParameters, "r") else { throw TLSError(openSSL: "cannot read ssl_dh_params_file \(material.dhParameters)") }
        defer { BIO_free(file) }
        guard let parameters = PEM_read_bio_Parameters(file, nil), SSL_CTX_set0_tmp_dh_pkey(context, parameters) == 1 else {
            throw TLSError(openSSL: "cannot use the parameters in ssl_dh_params_file \(material.dhParameters)")
        }
    }

    /// Clients are asked for a certificate; one that shows none is let through, for `pool_hba.conf` to judge.
    static func ask(_ context: OpaquePointer, _ authorities: TLSAuthorities) throws(TLSError) {
        try trust(context, authorities)
        if !authorities.file.isEmpty { SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(authorities.file)) }
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
    }

    /// Whose signatures count, and which certificates were taken back.
    static func trust(_ context: OpaquePointer, _ authorities: TLSAuthorities) throws(TLSError) {
        if !authorities.file.isEmpty, SSL_CTX_load_verify_file(context, authorities.file) != 1 {
            throw TLSError(openSSL: "cannot use the certificates of authorities in \(authorities.file)")
        }
        if !authorities.directory.isEmpty {
            // OpenSSL looks into the directory at handshakes only, and says nothing of one that is not there.
            guard access(authorities.directory, R_OK | X_OK) == 0, SSL_CTX_load_verify_dir(context, authorities.directory) == 1 else {
                throw TLSError("cannot read the directory of certificates of authorities \(authorities.directory): \(String(cString: strerror(errno)))")
            }
        }
        guard !authorities.revocations.isEmpty else { return }
        guard let store = SSL_CTX_get_cert_store(context), X509_STORE_load_locations(store, authorities.revocations, nil) == 1 else {
            throw TLSError(openSSL: "cannot use the revocation list \(authorities.revocations)")
        }
        X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
    }
}

/// A private key from a file, unlocked by a command where it is encrypted.
enum PrivateKey {
    /// What the callback of OpenSSL needs, and what it found.
    private struct Asking {
        let command: String
        let file: String
        var error: TLSError?
    }

    /// The caller frees it.
    static func read(_ path: String, _ passphraseCommand: String) throws(TLSError) -> OpaquePointer {
        guard let file = BIO_new_file(path, "r") else { throw TLSError(openSSL: "cannot read the private key \(path)") }
        defer { BIO_free(file) }
        var asking = Asking(command: passphraseCommand, file: path)
        let key = withUnsafeMutablePointer(to: &asking) { asking in
            PEM_read_bio_PrivateKey(file, nil, { buffer, size, _, asking in
                PrivateKey.answer(UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)), asking)
            }, asking)
        }
        if let key { return key }
        let error = TLSError(openSSL: "cannot use the private key \(path)")
        throw asking.error ?? error
    }

    /// Writes the passphrase and returns its length; negative is none.
    private static func answer(_ buffer: UnsafeMutableRawBufferPointer, _ asking: UnsafeMutableRawPointer?) -> Int32 {
        guard let asking = asking?.assumingMemoryBound(to: Asking.self) else { return -1 }
        guard !asking.pointee.command.isEmpty else {
            asking.pointee.error = TLSError("the private key \(asking.pointee.file) is encrypted: set ssl_passphrase_command, or store it without a passphrase")
            return -1
        }
        do {
            let passphrase = try PassphraseCommand.run(asking.pointee.command, key: asking.pointee.file)
            guard passphrase.count <= buffer.count else { return -1 }
            buffer.copyBytes(from: passphrase)
            return Int32(passphrase.count)
        } catch {
            asking.pointee.error = error
            return -1
        }
    }
}
