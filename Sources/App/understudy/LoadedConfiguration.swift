internal import Foundation
internal import Settings

/// A configuration file with the files it names.
struct LoadedConfiguration {
    let path: String
    /// What file names in it are relative to.
    let folder: URL
    let settings: Settings
    let poolPasswd: PoolPasswd
    let diagnostics: [Diagnostic]

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    init(path: String) {
        let absolute = URL(filePath: path).path
        self.path = absolute
        let file = ConfigurationFile(path: absolute)
        settings = file.settings
        let name = file.settings[\.authentication.poolPasswd]
        folder = URL(filePath: absolute).deletingLastPathComponent()
        poolPasswd = name.isEmpty ? PoolPasswd() : PoolPasswd(path: URL(filePath: name, relativeTo: folder).path)
        diagnostics = file.diagnostics + poolPasswd.diagnostics
    }
}
