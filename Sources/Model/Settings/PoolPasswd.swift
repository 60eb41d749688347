/// `pool_passwd`: what is known of users' passwords, one `user:secret` a line.
///
/// The first line of a user counts, as in pgpool.
/// Source: pgpool-II manual, "pool_passwd" and "Authentication File Format".
package struct PoolPasswd: Sendable {
    /// A user's secret as it stands in the file; it does not print itself.
    package enum Entry: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        /// `TEXT…`, or nothing before it.
        case clear(String)
        /// `md5` and the 32 digits of the digest of password and user; with its prefix.
        case md5(String)
        /// `AES…`: base64 of what pgpool's key file decrypts; without its prefix.
        case encrypted(String)
        /// `SCRAM-SHA-256$…`, as in `pg_authid`; with its prefix.
        case verifier(String)

        package var description: String { "<secret>" }
        package var customMirror: Mirror { Mirror(self, children: []) }

        /// A secret as pgpool reads it: by what it begins with.
        package init(_ text: String) {
            if text.hasPrefix("TEXT") { self = .clear(String(text.dropFirst(4))) }
            else if text.hasPrefix("AES") { self = .encrypted(String(text.dropFirst(3))) }
            else if text.hasPrefix("SCRAM-SHA-256$") { self = .verifier(text) }
            else if Secret.isMD5(text) { self = .md5(text) }
            else { self = .clear(text) }
        }
    }

    /// A user's entry and where it stands.
    package struct Line: Hashable, Sendable {
        package let entry: Entry
        package let place: Settings.Place
    }

    /// By user.
    package private(set) var lines: [String: Line] = [:]
    /// In the order of the lines.
    package var diagnostics: [Diagnostic] { found.all }
    private var found = DiagnosticList()

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
        }
    }

    /// A line's user and secret; nil for a blank line or a comment.
    package static func parts(of line: Substring) -> (user: Substring, secret: Substring)? {
        guard !line.allSatisfy(\.isWhitespace), line.first != "#" else { return nil }
        guard let colon = line.firstIndex(of: ":") else { return ("", line) }
        return (line[..<colon], line[line.index(after: colon)...])
    }

    private mutating func read(_ line: Substring, _ place: Settings.Place) {
        guard let (user, secret) = Self.parts(of: line) else { return }
        if user.isEmpty { return found.error(place, "expected user:secret, got a line without a user") }
        let name = String(user)
        if let earlier = lines[name] { return found.notice(place, "the user has a line before this one, \(earlier.place): that one counts") }
        lines[name] = Line(entry: Entry(String(secret)), place: place)
    }
}
