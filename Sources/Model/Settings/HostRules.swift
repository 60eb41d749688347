/// `pool_hba.conf`: who may log in from where, and how they prove who they are. The first rule that matches decides.
///
/// Source: pgpool-II manual, "pool_hba.conf"; the grammar is PostgreSQL's, without maps, regular expressions and roles.
package struct HostRules: Sendable {
    /// In the order of the lines.
    package private(set) var rules: [HostRule] = []
    /// In the order of the lines.
    package var diagnostics: [Diagnostic] { found.all }
    private var found = DiagnosticList()

    /// A file of names may name files of names; as deep as configuration files may.
    private static let includeDepth = 10

    /// Nobody may log in.
    package init() {}

    /// Reads a file. One that cannot be read, or a rule that cannot, is an error: a rule left out could let somebody in.
    package init(path: String, from files: any ConfigurationSource = DiskSource()) {
        switch files.contents(of: path) {
        case .failure(let reason): found.error(Settings.Place(file: path, line: 0), "cannot be read: \(reason.reason)")
        case .success(let text):
            for line in Self.joined(ConfigurationText.lines(text)) where !found.isFull { read(line.text, Settings.Place(file: path, line: line.number), files) }
        }
    }

    /// The rule for a frontend; nil where none is for it, which is as good as `reject`.
    package func first(for applicant: HostRule.Applicant, _ networks: () -> OwnNetworks = OwnNetworks.current) -> HostRule? {
        rules.first { $0.isFor(applicant, networks) }
    }

    /// A backslash at the end of a line goes on with the next one.
    private static func joined(_ lines: [Substring]) -> [(number: Int, text: Substring)] {
        var whole: [(number: Int, text: Substring)] = [], isOpen = false
        for (index, line) in lines.enumerated() {
            let continues = line.last == "\\"
            let text = continues ? line.dropLast() : line
            if isOpen { whole[whole.count - 1].text += text } else { whole.append((index + 1, text)) }
            isOpen = continues
        }
        return whole
    }

    private mutating func read(_ line: Substring, _ place: Settings.Place, _ files: any ConfigurationSource) {
        do {
            let tokens = try HostRuleTokens(line)
            if tokens.fields.isEmpty { return }
            var reader = HostRuleReader(place) { name in Self.names(in: name, namedAt: place, files, depth: 1) }
            rules.append(try reader.read(tokens))
        } catch let broken as HostRuleTokens.Broken {
            found.error(place, broken.reason)
        } catch let mistake as HostRuleReader.Mistake {
            found.error(place, mistake.message)
        } catch { preconditionFailure("reading a rule fails with one of the two") }
    }

    /// Every name in a file, whose lines mean nothing.
    private static func names(in name: String, namedAt place: Settings.Place, _ files: any ConfigurationSource,
                              depth: Int) -> Result<[HostRuleReader.Token], HostRuleReader.Mistake> {
        guard depth <= includeDepth else { return .failure(.init(message: "files of names include each other more than \(includeDepth) deep: @\(clipped(name))")) }
        let path = name.hasPrefix("/") ? name : (place.file.lastIndex(of: "/").map { String(place.file[...$0]) } ?? "") + name
        switch files.contents(of: path) {
        case .failure(let reason): return .failure(.init(message: "\(path) cannot be read: \(reason.reason)"))
        case .success(let text):
            var names: [HostRuleReader.Token] = []
            for (index, line) in ConfigurationText.lines(text).enumerated() {
                let inner = Settings.Place(file: path, line: index + 1)
                do {
                    for token in try HostRuleTokens(line).fields.joined() {
                        guard !token.isQuoted, token.text.hasPrefix("@") else { names.append(token); continue }
                        names += try Self.names(in: String(token.text.dropFirst()), namedAt: inner, files, depth: depth + 1).get()
                    }
                } catch let broken as HostRuleTokens.Broken {
                    return .failure(.init(message: "\(inner): \(broken.reason)"))
                } catch let mistake as HostRuleReader.Mistake {
                    return .failure(mistake)
                } catch { preconditionFailure("reading names fails with one of the two") }
            }
            return .success(names)
        }
    }
}
