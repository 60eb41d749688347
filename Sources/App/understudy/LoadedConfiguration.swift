internal import Credentials
internal import Foundation
internal import Sessions
internal import Settings

/// A configuration file with the files it names.
struct LoadedConfiguration {
    let path: String
    private(set) var settings: Settings
    let secrets: KnownSecrets
    /// nil where `enable_pool_hba` is off.
    let hostRules: HostRules?
    let diagnostics: [Diagnostic]

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
        func place(_ path: KeyPath<SettingsRegistry, Parameter<String>>) -> String {
            let name = file.settings[path]
            return name.isEmpty ? "" : URL(filePath: name, relativeTo: folder).path
        }
        let passwd = place(\.authentication.poolPasswd)
        let known = passwd.isEmpty ? PoolPasswd() : PoolPasswd(path: passwd)
        secrets = KnownSecrets(known, key: PoolKeyFile(named: place(\.authentication.poolKeyFile)))
        hostRules = file.settings[\.authentication.enablePoolHBA] ? HostRules(path: place(\.authentication.poolHBAFile)) : nil
        diagnostics = file.diagnostics + known.diagnostics + secrets.diagnostics + (hostRules?.diagnostics ?? [])
    }
}
