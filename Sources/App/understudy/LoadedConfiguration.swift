internal import Foundation
internal import Settings

/// A configuration file with the files it names.
struct LoadedConfiguration {
    let path: String
    private(set) var settings: Settings
    let poolPasswd: PoolPasswd
    let diagnostics: [Diagnostic]

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
        let name = file.settings[\.authentication.poolPasswd]
        let folder = URL(filePath: absolute).deletingLastPathComponent()
        poolPasswd = name.isEmpty ? PoolPasswd() : PoolPasswd(path: URL(filePath: name, relativeTo: folder).path)
        diagnostics = file.diagnostics + poolPasswd.diagnostics
    }
}
