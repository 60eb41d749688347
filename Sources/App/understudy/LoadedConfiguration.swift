internal import Credentials
internal import Foundation
internal import Sessions
internal import Settings

/// A configuration file with the files it names.
struct LoadedConfiguration {
    let path: String
    /// What file names in it are relative to.
    let folder: URL
    private(set) var settings: Settings
    let secrets: KnownSecrets
    /// nil where `enable_pool_hba` is off.
    let hostRules: HostRules?
    let diagnostics: [Diagnostic]
    /// What the files that it names held when it was read.
    let contents: NamedFiles

    /// The roles of the daemon's own must log in, and so need a password in the clear. One that is nowhere is no mistake where nodes ask for none.
    private static func unusable(_ settings: Settings, _ secrets: KnownSecrets) -> [Diagnostic] {
        let user = settings[\.authentication.authUser]
        guard !user.isEmpty, let place = settings.place(of: \.authentication.authUser) else { return [] }
        let remedy = "write its password into pool_passwd as TEXT or AES (understudy passwd --method text)"
        if let secret = secrets.secrets[user] {
            return secret.clearText == nil ? [.error(place, "auth_user \(user) must log in to the nodes: \(remedy)")] : []
        }
        guard settings[\.tls.nodeCertificate].isEmpty, !libpqMayKnow() else { return [] }
        return [.notice(place, "auth_user \(user) has no password, neither in pool_passwd nor in libpq's password file: \(remedy), unless the nodes ask it for none")]
    }

    /// Whether libpq, which logs in to the nodes, may find a password by itself.
    private static func libpqMayKnow() -> Bool {
        let environment = ProcessInfo.processInfo.environment
        let file = environment["PGPASSFILE"] ?? (environment["HOME"] ?? "") + "/.pgpass"
        return environment["PGPASSWORD"] != nil || FileManager.default.isReadableFile(atPath: file)
    }

    private static func unusable(_ rules: HostRules?) -> [Diagnostic] {
        let asking = rules?.rules.first { if case .pam = $0.method { true } else { false } }
        guard let asking, !PAM.isAvailable else { return [] }
        return [.error(asking.place, "pam needs the library libpam.so.0, which this machine does not have (Debian's libpam0g): expected another method")]
    }

    /// Who may log in, and how. `seed` is random, and the same as long as the process runs.
    func authenticator(seed: [UInt8]) -> Authenticator {
        let policy = hostRules.map(Authenticator.Policy.rules) ?? .knowledge(allowsClearText: settings[\.authentication.allowClearText])
        return Authenticator(policy, secrets: secrets.secrets, hasQuery: !settings[\.authentication.authUser].isEmpty, seed: seed)
    }

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The same files, with those values in force.
    func with(_ settings: Settings) -> LoadedConfiguration {
        var copy = self
        copy.settings = settings
        return copy
    }

    init(path: String) {
        let absolute = URL(filePath: path).path
        self.path = absolute
        let file = ConfigurationFile(path: absolute)
        settings = file.settings
        let folder = URL(filePath: absolute).deletingLastPathComponent()
        self.folder = folder
        func place(_ path: KeyPath<SettingsRegistry, Parameter<String>>) -> String {
            let name = file.settings[path]
            return name.isEmpty ? "" : URL(filePath: name, relativeTo: folder).path
        }
        let passwd = place(\.authentication.poolPasswd)
        let known = passwd.isEmpty ? PoolPasswd() : PoolPasswd(path: passwd)
        secrets = KnownSecrets(known, key: PoolKeyFile(named: place(\.authentication.poolKeyFile)))
        hostRules = file.settings[\.authentication.enablePoolHBA] ? HostRules(path: place(\.authentication.poolHBAFile)) : nil
        contents = NamedFiles(settings, folder)
        diagnostics = file.diagnostics + known.diagnostics + secrets.diagnostics + (hostRules?.diagnostics ?? []) + Self.unusable(settings, secrets) + Self.unusable(hostRules)
    }
}
