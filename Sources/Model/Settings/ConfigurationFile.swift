/// Reads a configuration file and those it includes, and collects everything that is wrong with them.
package struct ConfigurationFile {
    /// What was read; complete only when `diagnostics` holds no error.
    package internal(set) var settings = Settings()
    /// In the order of finding: the lines as they are read, then what is wrong with the whole.
    package var diagnostics: [Diagnostic] { found.all }

    /// Whether `settings` must not be used.
    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// How deep files may include files: as in PostgreSQL.
    static let includeDepth = 10
    /// How many files a configuration may have: directories that include one another multiply.
    static let mostFiles = 1000
    /// A longer file is no configuration.
    static let largestFile = 4 << 20

    /// What stands behind pgpool's names for commands, by today's name; hooks stand in their place.
    package internal(set) var commands: [String: String] = [:]

    let files: any ConfigurationSource
    let path: String
    var found = DiagnosticList()
    /// Where each file has its first secret, also one that a later line overrides.
    var secrets: [String: Settings.Place] = [:]
    private var filesRead = 0
    /// False when not even the first file could be read: then nothing is known of the whole.
    private var isReadable = false

    /// Reads and checks `path`.
    package init(path: String, from files: any ConfigurationSource = DiskSource()) {
        self.files = files
        self.path = path
        read(path, includedBy: [], at: Settings.Place(file: path, line: 0))
        if isReadable { checkWhole() }
    }

    /// Reads `file`. `chain` are the files that include one another down to it, `place` is the line that names it.
    private mutating func read(_ file: String, includedBy chain: [String], at place: Settings.Place) {
        if found.isFull { return }
        guard !chain.contains(file) else { return found.error(place, "\(file) includes itself: it was not read again") }
        guard chain.count <= Self.includeDepth else {
            return found.error(place, "files include each other more than \(Self.includeDepth) deep: \(file) was not read")
        }
        guard filesRead < Self.mostFiles else { return found.error(place, "there are more than \(Self.mostFiles) files: \(file) was not read") }
        filesRead += 1
        switch files.contents(of: file) {
        case .failure(let reason): found.error(place, (chain.isEmpty ? "" : "\(file) ") + "cannot be read: \(reason.reason)")
        case .success(let text):
            isReadable = true
            for (index, line) in ConfigurationText.lines(text).enumerated() where !found.isFull {
                read(line, at: Settings.Place(file: file, line: index + 1), chain + [file])
            }
        }
    }

    private mutating func read(_ line: Substring, at place: Settings.Place, _ chain: [String]) {
        switch ConfigurationLine(line) {
        case .empty: break
        case .nameless(let got): found.error(place, "expected `name = value`, got \(clipped(got))")
        case .malformed(let name, let reason, let rest):
            let shown = rest.flatMap { mayShow(name) ? ": \(clipped($0))" : nil } ?? ""
            found.error(place, reason + shown)
        case .assignment(let name, let value):
            switch name.lowercased() {
            case "include": read(resolve(value, in: place.file), includedBy: chain, at: place)
            case "include_if_exists":
                let file = resolve(value, in: place.file)
                if files.exists(file) { read(file, includedBy: chain, at: place) }
            case "include_dir": readDirectory(resolve(value, in: place.file), includedBy: chain, at: place)
            default: assign(name, value, place)
            }
        }
    }

    private mutating func readDirectory(_ directory: String, includedBy chain: [String], at place: Settings.Place) {
        switch files.entries(of: directory) {
        case .failure(let reason): found.error(place, "\(directory) cannot be read: \(reason.reason)")
        case .success(let names):
            for name in names.sorted() where name.hasSuffix(".conf") && !name.hasPrefix(".") {
                read(directory + "/" + name, includedBy: chain, at: place)
            }
        }
    }

    /// `path` as the file `includer` means it; `.` and empty segments go, so that a file is known by one name.
    func resolve(_ path: String, in includer: String) -> String {
        let folder = includer.lastIndex(of: "/").map { String(includer[...$0]) } ?? ""
        let whole = path.hasPrefix("/") ? path : folder + path
        let segments = whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        return (whole.hasPrefix("/") ? "/" : "") + (segments.isEmpty ? "." : segments)
    }
}

/// A configuration's text as its lines.
enum ConfigurationText {
    /// Lines end with LF or CR LF, as editors count them.
    static func lines(_ text: String) -> [Substring] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
    }
}
