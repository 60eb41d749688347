internal import COpenSSL
internal import Glibc

/// Who the peer is, and what was agreed with it.
extension TLSStream {
    /// The certificate of the node must be for this host: a name, or a numeric address.
    func check(_ host: String) throws(TLSError) {
        let rules = SSL_get0_param(ssl)
        X509_VERIFY_PARAM_set_hostflags(rules, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        let isAddress = SocketAddress(numeric: host, port: 0) != nil
        let status = isAddress ? X509_VERIFY_PARAM_set1_ip_asc(rules, host) : X509_VERIFY_PARAM_set1_host(rules, host, 0)
        guard status == 1 else { throw TLSError(openSSL: "cannot check certificates for the host \(host)") }
    }

    /// Tells the node which of its names we came for; nothing for an address.
    func name(_ host: String) throws(TLSError) {
        if SocketAddress(numeric: host, port: 0) != nil { return }
        guard understudy_ssl_name_host(ssl, host) == 1 else { throw TLSError(openSSL: "cannot name the host \(host)") }
    }

    /// `TLSv1.3` and the like.
    package var version: String { String(cString: SSL_get_version(ssl)) }

    /// OpenSSL's name of the cipher in force.
    package var cipher: String { SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "" }

    /// What was agreed by ALPN; nil for nothing.
    package var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?, size: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &size)
        guard let name, size > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(size)), as: UTF8.self)
    }

    /// The common name of the peer's certificate; nil unless the certificate was shown and passed every check. A name with a
    /// zero byte inside is none.
    package var peerCommonName: String? {
        guard context.verifiesPeer, SSL_get_verify_result(ssl) == Int(X509_V_OK), let certificate = SSL_get0_peer_certificate(ssl) else { return nil }
        let subject = X509_get_subject_name(certificate)
        let index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard index >= 0, let text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)) else { return nil }
        var utf8: UnsafeMutablePointer<UInt8>?
        let size = ASN1_STRING_to_UTF8(&utf8, text)
        guard size > 0, let utf8 else { return nil }
        defer { CRYPTO_free(utf8, "", 0) }
        let bytes = UnsafeBufferPointer(start: utf8, count: Int(size))
        return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
    }
}
