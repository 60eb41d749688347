/// What a server of TLS is made of: files and choices, as the `ssl_*` parameters name them. An empty text is not set.
package struct TLSServerMaterial: Hashable, Sendable {
    package var certificate = ""
    package var key = ""
    /// Who signs the certificates of clients; without it clients are not asked for one.
    package var authorities = TLSAuthorities()
    /// OpenSSL's list, for TLS 1.2 and older.
    package var ciphers = "HIGH:MEDIUM:+3DES:!aNULL"
    package var prefersOwnCiphers = false
    /// OpenSSL's list; X25519 first is what clients guess, and saves a round trip.
    package var curve = "X25519:prime256v1"
    package var dhParameters = ""
    package var passphraseCommand = ""
    package var leastVersion = TLSVersion.tls12

    package init() {}
}

/// What a client of TLS is made of.
package struct TLSClientMaterial: Hashable, Sendable {
    /// Who signs the certificates of nodes; without it none is checked.
    package var authorities = TLSAuthorities()
    /// Our own certificate, for nodes that ask for one.
    package var certificate = ""
    package var key = ""
    package var passphraseCommand = ""
    package var leastVersion = TLSVersion.tls12

    package init() {}
}

/// The certificates that others are checked against, and those taken back.
package struct TLSAuthorities: Hashable, Sendable {
    package var file = ""
    package var directory = ""
    package var revocations = ""

    package init() {}
    package var isEmpty: Bool { file.isEmpty && directory.isEmpty }
}

/// The oldest protocol that is spoken.
package enum TLSVersion: String, Hashable, Sendable, CaseIterable {
    case tls10 = "TLSv1", tls11 = "TLSv1.1", tls12 = "TLSv1.2", tls13 = "TLSv1.3"
}
