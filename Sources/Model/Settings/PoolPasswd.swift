/// `pool_passwd`: users whose password the daemon knows, one `user:secret` a line.
///
/// In this version only clear text (`TEXT…`) can be used to log in again; other forms are reported.
package struct PoolPasswd: Sendable {
    /// Clear passwords by user.
    package private(set) var passwords: [String: Secret] = [:]
    package private(set) var diagnostics: [Diagnostic] = []

    /// Nobody is known.
    package init() {}

    /// Reads a file; one that does not exist knows nobody.
    package init(path: String, from files: any ConfigurationSource = DiskSource()) {
        guard files.exists(path) else { return }
        if let mode = files.mode(of: path), mode & 0o077 != 0 {
            report(.error, path, 1, "\(path) holds passwords and has mode \(octal(mode)): chmod 600 it, so that others cannot read it")
        }
        switch files.contents(of: path) {
        case .failure(let reason): report(.error, path, 1, "\(path) cannot be read: \(reason.reason)")
        case .success(let text):
            for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() { read(line, path, index + 1) }
        }
    }

    private mutating func read(_ line: Substring, _ path: String, _ number: Int) {
        guard !line.allSatisfy(\.isWhitespace), line.first != "#" else { return }
        guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
            return report(.error, path, number, "expected user:secret")
        }
        let user = String(line[..<colon]), secret = String(line[line.index(after: colon)...])
        if secret.hasPrefix("TEXT") {
            passwords[user] = Secret(secret)
        } else {
            report(.notice, path, number, "the secret of \(user) is not TEXT: its sessions end when the primary does, in this version")
        }
    }

    private mutating func report(_ severity: Diagnostic.Severity, _ path: String, _ line: Int, _ message: String) {
        diagnostics.append(Diagnostic(severity: severity, place: Settings.Place(file: path, line: line), message: message))
    }
}
