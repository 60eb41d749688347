/// `pool_passwd`: users whose password the daemon knows, one `user:secret` a line.
///
/// In this version only clear text (`TEXT…`) can be used to log in again; other forms are reported.
package struct PoolPasswd: Sendable {
    /// Clear passwords by user.
    package private(set) var passwords: [String: Secret] = [:]
    /// In the order of the lines.
    package var diagnostics: [Diagnostic] { found.all }
    private var found = DiagnosticList()
    /// Where the secrets stand that are not clear text.
    private var unusable: [Settings.Place] = []

    /// Nobody is known.
    package init() {}

    /// Reads a file; one that does not exist knows nobody.
    package init(path: String, from files: any ConfigurationSource = DiskSource()) {
        guard files.exists(path) else { return }
        if let access = files.access(to: path), access.isTooOpen {
            found.error(Settings.Place(file: path, line: 0), "holds passwords and \(access.complaint)")
        }
        switch files.contents(of: path) {
        case .failure(let reason): found.error(Settings.Place(file: path, line: 0), "cannot be read: \(reason.reason)")
        case .success(let text):
            for (index, line) in ConfigurationText.lines(text).enumerated() where !found.isFull {
                read(line, Settings.Place(file: path, line: index + 1))
            }
            reportUnusable()
        }
    }

    private mutating func read(_ line: Substring, _ place: Settings.Place) {
        guard !line.allSatisfy(\.isWhitespace), line.first != "#" else { return }
        guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
            return found.error(place, "expected user:secret, got a line without a user")
        }
        let secret = String(line[line.index(after: colon)...])
        if secret.hasPrefix("TEXT") { passwords[String(line[..<colon])] = Secret(secret) } else { unusable.append(place) }
    }

    /// One notice for all of them: a file may have thousands.
    private mutating func reportUnusable() {
        guard let first = unusable.first else { return }
        let who = unusable.count == 1 ? "a user's secret is" : "the secrets of \(unusable.count) users, this one the first, are"
        found.notice(first, "\(who) not TEXT: their sessions end when the primary does, in this version")
    }
}
