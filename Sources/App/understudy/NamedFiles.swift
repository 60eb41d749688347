internal import Foundation
internal import Settings

/// The files that a configuration names, by what they held: a reload takes over what is new in them, though no parameter changed.
struct NamedFiles: Sendable {
    private static let parameters: [any KeyPath<SettingsRegistry, Parameter<String>> & Sendable] = [
        \.authentication.poolPasswd, \.authentication.poolKeyFile, \.authentication.poolHBAFile,
        \.tls.certificate, \.tls.key, \.tls.authorities, \.tls.revocations, \.tls.dhParameters, \.tls.nodeAuthorities, \.tls.nodeCertificate, \.tls.nodeKey,
    ]

    /// By parameter; only a hash, for they are secrets. 0 where there is no such file.
    private var hashes: [String: Int] = [:]

    /// Reads them. What cannot be read is said by those who need it.
    init(_ settings: Settings, _ folder: URL) {
        for parameter in Self.parameters where !settings[parameter].isEmpty {
            let path = URL(filePath: settings[parameter], relativeTo: folder).path
            hashes[SettingsRegistry.shared[keyPath: parameter].declaration.name] = FileManager.default.contents(atPath: path).map(Self.hash) ?? 0
        }
    }

    /// The parameters that name a file which holds something else now, or is another.
    func changed(from old: NamedFiles) -> [String] { hashes.filter { old.hashes[$0.key] != $0.value }.keys.sorted() }

    private static func hash(_ content: Data) -> Int {
        var hasher = Hasher()
        content.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
