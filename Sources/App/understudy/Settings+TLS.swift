internal import Foundation
internal import NodeConnections
internal import Reactor
internal import Settings

/// TLS from the settings. `folder` is the configuration file's.
extension Settings {
    /// For frontends; nil where `ssl` is off.
    func frontendTLS(_ folder: URL) throws(TLSError) -> TLSContext? {
        guard self[\.tls.isOn] else { return nil }
        var material = TLSServerMaterial()
        material.certificate = file(\.tls.certificate, folder)
        material.key = file(\.tls.key, folder)
        material.authorities.file = file(\.tls.authorities, folder)
        material.authorities.directory = file(\.tls.authoritiesDirectory, folder)
        material.authorities.revocations = file(\.tls.revocations, folder)
        material.ciphers = self[\.tls.ciphers]
        material.prefersOwnCiphers = self[\.tls.prefersOwnCiphers]
        material.curve = self[\.tls.curve]
        material.dhParameters = file(\.tls.dhParameters, folder)
        material.passphraseCommand = self[\.tls.passphraseCommand]
        material.leastVersion = leastTLSVersion
        return try TLSContext(server: material)
    }

    /// For probes and hooks, which libpq carries. Where nothing is said they take TLS if there is any, as libpq does.
    func controlEncryption(_ folder: URL) -> ConnectionTarget.Encryption {
        var encryption = ConnectionTarget.Encryption()
        if isSet(\.tls.nodeMode) { encryption.mode = nodeTLSMode }
        encryption.authorities = resolved(nodeAuthorities.file, folder)
        if self[\.tls.nodeAuthorities].isEmpty, !encryption.authorities.isEmpty { encryption.revocations = file(\.tls.revocations, folder) }
        encryption.certificate = file(\.tls.nodeCertificate, folder)
        encryption.key = file(\.tls.nodeKey, folder)
        return encryption
    }

    /// For backends and cancel requests.
    func nodeTLS(_ folder: URL) throws(TLSError) -> NodeTLS {
        guard let mode = NodeTLS.Mode(rawValue: nodeTLSMode) else { preconditionFailure("server_tls_sslmode took a word that is no mode") }
        if mode == .disable { return .disabled }
        var material = TLSClientMaterial()
        material.authorities.file = resolved(nodeAuthorities.file, folder)
        material.authorities.directory = resolved(nodeAuthorities.directory, folder)
        // A list of the authorities of ssl_ca_cert says nothing about others.
        if self[\.tls.nodeAuthorities].isEmpty, !material.authorities.isEmpty { material.authorities.revocations = file(\.tls.revocations, folder) }
        material.certificate = file(\.tls.nodeCertificate, folder)
        material.key = file(\.tls.nodeKey, folder)
        material.passphraseCommand = self[\.tls.passphraseCommand]
        material.leastVersion = leastTLSVersion
        return try NodeTLS(mode, material)
    }

    private var leastTLSVersion: TLSVersion {
        let word = self[\.tls.leastVersion]
        guard let version = TLSVersion.allCases.first(where: { $0.rawValue.lowercased() == word }) else {
            preconditionFailure("ssl_min_protocol_version took a word that is no version")
        }
        return version
    }

    private func file(_ path: KeyPath<SettingsRegistry, Parameter<String>>, _ folder: URL) -> String { resolved(self[path], folder) }

    private func resolved(_ name: String, _ folder: URL) -> String { name.isEmpty ? "" : URL(filePath: name, relativeTo: folder).path }
}
