import Testing
@testable import Settings

@Suite("TLS settings")
struct TLSSettingsTests {
    private func read(_ lines: String) -> ConfigurationFile {
        ConfigurationFile(path: "/u.conf", from: MemorySource(files: ["/u.conf": "backend_hostname0 = a\nhealth_check_user = p\n" + lines]))
    }

    @Test("TLS that cannot work is refused with what is missing", arguments: [
        ("ssl = on", "ssl_cert is not set"), ("ssl = on\nssl_cert = 'c'", "ssl_key is not set"),
        ("server_tls_cert_file = 'c'", "expected both or neither"), ("server_tls_key_file = 'k'", "expected both or neither"),
        ("server_tls_sslmode = verify-full", "set server_tls_ca_file or ssl_ca_cert"),
        ("server_tls_sslmode = verify-ca\nssl_ca_cert_dir = '/d'", "needs a file of authorities"),
        ("ssl_min_protocol_version = 'SSLv3'", "ssl_min_protocol_version takes"),
    ])
    func refused(_ lines: String, _ words: String) {
        let file = read(lines)
        #expect(file.diagnostics.map(\.message).contains { $0.contains(words) }, "\(file.diagnostics)")
        #expect(file.hasErrors)
    }

    @Test("A pgpool.conf with TLS is read without a word")
    func pgpool() {
        let file = read("""
            ssl = on
            ssl_key = './server.key'
            ssl_cert = './server.crt'
            ssl_ca_cert = 'root.crt'
            ssl_crl_file = ''
            ssl_ciphers = 'HIGH:MEDIUM:+3DES:!aNULL'
            ssl_prefer_server_ciphers = off
            ssl_ecdh_curve = 'prime256v1'
            ssl_dh_params_file = ''
            ssl_passphrase_command = ''
            """)
        #expect(file.diagnostics.isEmpty)
        #expect(file.settings[\.tls.curve] == "prime256v1")
    }

    @Test("Nodes are asked for TLS as libpq's words say; where nothing is written, as ssl says", arguments: [
        ("", "disable"), ("ssl = on", "prefer"), ("server_tls_sslmode = require", "require"), ("ssl = on\nserver_tls_sslmode = disable", "disable"),
    ])
    func mode(_ lines: String, _ mode: String) { #expect(read(lines).settings.nodeTLSMode == mode) }

    @Test("Certificates of nodes are checked by pgpool's rule where no mode is written, else only where the mode says so", arguments: [
        ("ssl = on\nssl_ca_cert = 'c'\nssl_ca_cert_dir = 'd'", "c", "d"), ("ssl = on", "", ""), ("ssl_ca_cert = 'c'", "", ""),
        ("ssl = on\nssl_ca_cert = 'c'\nserver_tls_sslmode = prefer", "", ""), ("ssl_ca_cert = 'c'\nserver_tls_sslmode = verify-ca", "c", ""),
        ("ssl_ca_cert = 'c'\nserver_tls_ca_file = 'n'\nserver_tls_sslmode = verify-full", "n", ""),
    ])
    func authorities(_ lines: String, _ file: String, _ directory: String) { #expect(read(lines).settings.nodeAuthorities == (file, directory)) }
}
