/// How connections are encrypted, from applications and to nodes. File names are relative to the configuration file's folder.
package struct TLSSettings: SettingsGroup {
    package let title = "TLS"

    package let isOn = Parameter.boolean(
        "ssl", default: false, .restart,
        "Whether frontends are offered TLS and nodes are asked for it. Which frontends must use it, pool_hba.conf says; nodes, server_tls_sslmode.")
    package let certificate = Parameter.string(
        "ssl_cert", .reload, "File of the certificate shown to frontends, with those between it and its authority behind it.")
    package let key = Parameter.string(
        "ssl_key", .reload, "File of its private key, mode 0600, or 0640 where root owns it.")
    package let authorities = Parameter.string(
        "ssl_ca_cert", .reload,
        "File of authorities whose certificates are taken, from frontends (which are asked for one when it is set) and, without server_tls_ca_file, from nodes.")
    package let authoritiesDirectory = Parameter.string(
        "ssl_ca_cert_dir", .reload, "Directory of such authorities, by hash as `openssl rehash` makes it; beside or in place of ssl_ca_cert.")
    package let revocations = Parameter.string(
        "ssl_crl_file", .reload, "File of certificates taken back, one list for each authority of ssl_ca_cert.")
    package let ciphers = Parameter.string(
        "ssl_ciphers", default: "HIGH:MEDIUM:+3DES:!aNULL", .reload, "Ciphers for frontends up to TLS 1.2, in OpenSSL's form.")
    package let prefersOwnCiphers = Parameter.boolean(
        "ssl_prefer_server_ciphers", default: false, .reload, "Whether the order of ssl_ciphers counts, not the frontend's.")
    package let curve = Parameter.string(
        "ssl_ecdh_curve", default: "X25519:prime256v1", .reload,
        "Curves for the exchange of keys with frontends, the best first; with pgpool's prime256v1 alone most handshakes need one more round trip.")
    package let dhParameters = Parameter.string(
        "ssl_dh_params_file", .reload, "File of Diffie-Hellman parameters; empty uses those of OpenSSL.")
    package let passphraseCommand = Parameter.string(
        "ssl_passphrase_command", .reload,
        "Shell command that prints the passphrase of a private key; %p in it is a prompt. Run at the start and at each reload, for at most 30 s.")
    package let leastVersion = Parameter.choice(
        "ssl_min_protocol_version", ["tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"], default: "tlsv1.2", .reload,
        "Oldest version of TLS that is spoken, with frontends and nodes.")
    package let nodeMode = Parameter.choice(
        "server_tls_sslmode", ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"], default: "prefer", .restart,
        "TLS to nodes, as libpq's sslmode, for backends, cancel requests, probes and hooks. Not written: prefer where ssl is on (nodes must then match ssl_ca_cert where that is set), else disable. allow is prefer; Unix-domain sockets are never encrypted.")
    package let nodeAuthorities = Parameter.string(
        "server_tls_ca_file", .restart, "File of authorities for the certificates of nodes; empty uses ssl_ca_cert.")
    package let nodeCertificate = Parameter.string(
        "server_tls_cert_file", .restart, "File of our certificate for nodes that ask for one.")
    package let nodeKey = Parameter.string(
        "server_tls_key_file", .restart, "File of its private key.")
}

extension Settings {
    /// The mode of TLS to nodes, in libpq's words.
    package var nodeTLSMode: String {
        isSet(\.tls.nodeMode) || self[\.tls.isOn] ? self[\.tls.nodeMode] : "disable"
    }

    /// The files of authorities for the certificates of nodes; both empty where those are not checked.
    ///
    /// Source: pgpool checks nodes where `ssl_ca_cert` is set; PgBouncer only with a verify mode. A mode that is written means PgBouncer's.
    package var nodeAuthorities: (file: String, directory: String) {
        let mode = nodeTLSMode
        guard mode.hasPrefix("verify") || (mode != "disable" && !isSet(\.tls.nodeMode)) else { return ("", "") }
        let own = self[\.tls.nodeAuthorities]
        return own.isEmpty ? (self[\.tls.authorities], self[\.tls.authoritiesDirectory]) : (own, "")
    }
}

/// What of TLS no single line can be blamed for alone.
extension ConfigurationFile {
    mutating func checkTLS() {
        let start = Settings.Place(file: path, line: 1)
        if settings[\.tls.isOn], settings[\.tls.certificate].isEmpty || settings[\.tls.key].isEmpty {
            found.error(settings.place(of: \.tls.isOn) ?? start, "ssl is on and \(settings[\.tls.certificate].isEmpty ? "ssl_cert" : "ssl_key") is not set: it needs a certificate and its key")
        }
        if settings[\.tls.nodeCertificate].isEmpty != settings[\.tls.nodeKey].isEmpty {
            found.error(settings.place(of: \.tls.nodeCertificate) ?? settings.place(of: \.tls.nodeKey) ?? start,
                        "server_tls_cert_file and server_tls_key_file belong together: expected both or neither")
        }
        // libpq, which carries probes and hooks, takes a file only.
        if settings.nodeTLSMode.hasPrefix("verify"), settings.nodeAuthorities.file.isEmpty {
            found.error(settings.place(of: \.tls.nodeMode) ?? start, "server_tls_sslmode = \(settings.nodeTLSMode) needs a file of authorities: set server_tls_ca_file or ssl_ca_cert")
        }
    }
}
