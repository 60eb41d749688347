/// What a line's name means, and whether its value fits.
extension ConfigurationFile {
    /// Whether a message may show what stands behind a name: only where it is known to be no secret.
    func mayShow(_ name: String) -> Bool {
        guard case .parameter(let declaration, _, _) = SettingsRegistry.shared.find(name.lowercased()) else { return false }
        return !declaration.isSecret
    }

    mutating func assign(_ name: String, _ value: String, _ place: Settings.Place) {
        if let (subject, rest) = Self.overridden(name) { return assignOverride(subject, rest, value, place) }
        if name.contains(".") { return assignHookOption(name, value, place) }
        let name = name.lowercased()
        switch SettingsRegistry.shared.find(name) {
        case .parameter(let declaration, let node, let formerName):
            if let formerName { found.notice(place, "\(formerName) is called \(declaration.name) today: its value was taken") }
            assign(declaration, node, value, place)
        case .badNumber(let declaration):
            found.error(place, "\(clipped(name)) is for no node: expected \(declaration.name)N with N from 0 to \(SettingsRegistry.highestNode), without leading zeros")
        case nil: reportUnknown(name, value, place)
        }
    }

    private mutating func reportUnknown(_ name: String, _ value: String, _ place: Settings.Place) {
        if let command = PgpoolNames.command(named: name) { commands[command] = value }
        if let fate = PgpoolNames.fate(of: name) { return found.notice(place, "\(name) \(fate)") }
        let hint = PgBouncerNames.hint(for: name).map { ": \($0)" } ?? Self.suggestion(for: name).map { "; did you mean \($0)?" }
        found.error(place, "unknown parameter \(clipped(name))" + (hint ?? ""))
    }

    /// The known name nearest to a misspelt one; a node's number is kept.
    private static func suggestion(for name: String) -> String? {
        let registry = SettingsRegistry.shared, (stem, digits) = SettingsRegistry.split(name)
        if !digits.isEmpty, let near = nearest(to: stem, among: registry.numberedStems) { return near + digits }
        return nearest(to: name, among: registry.names + ["include", "include_dir", "include_if_exists"])
    }

    private mutating func assign(_ declaration: Declaration, _ node: Int?, _ value: String, _ place: Settings.Place) {
        let name = declaration.name + (node.map(String.init) ?? "")
        if declaration.isSecret && !value.isEmpty && secrets[place.file] == nil { secrets[place.file] = place }
        switch declaration.type.parse(value) {
        case .success(let parsed):
            for word in declaration.type.unsupportedWords(in: value) {
                found.notice(place, "\(name): \(word) does not exist yet in this version: it has no effect")
            }
            settings.set(declaration, node, parsed, place)
        case .failure(let mismatch):
            found.error(place, "\(name) takes \(mismatch.expected), got \(declaration.isSecret ? "\(Secret(value))" : "'\(clipped(value))'")")
        }
    }

    private mutating func assignHookOption(_ name: String, _ value: String, _ place: Settings.Place) {
        let segments = name.split(separator: ".", omittingEmptySubsequences: false)
        guard segments.count == 3, segments[0] == "hook", segments.allSatisfy(Self.isHookSegment) else {
            return found.error(place, "\(clipped(name)) is no hook option: expected hook.<hook>.<option>, each of a-z, 0-9 and _, beginning with a letter")
        }
        settings.set(Settings.HookOption(hook: String(segments[1]), option: String(segments[2]), text: value, place: place))
    }

    private static func isHookSegment(_ segment: Substring) -> Bool {
        guard let first = segment.first, ("a"..."z").contains(first) else { return false }
        return segment.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
    }
}
