/// Calls whose right the header does not ask for: the event would fail there.
extension HookLint {
    /// What a file says of itself.
    struct Header {
        /// nil where it is no plain text.
        var name: String?
        /// nil where there is no header, or its list is not written out.
        var needs: [String]?

        init(_ tokens: [LuaToken], _ us: Set<String>) {
            guard let open = tokens.indices.dropLast(3).first(where: { us.contains(tokens[$0].text) && tokens[$0 + 1].is(".") && tokens[$0 + 2].isName("hook") }) else { return }
            var depth = 0
            needs = []
            for at in open..<tokens.count - 2 {
                if tokens[at].is("{") { depth += 1 }
                if tokens[at].is("}") { depth -= 1 }
                if depth == 0, tokens[at].is("}") { return }
                guard depth == 1, tokens[at + 1].is("=") else { continue }
                if tokens[at].isName("name"), tokens[at + 2].kind == .string { name = tokens[at + 2].text }
                if tokens[at].isName("needs") { needs = Self.texts(tokens[(at + 2)...]) }
            }
        }

        private static func texts(_ list: ArraySlice<LuaToken>) -> [String]? {
            guard list.first?.is("{") == true, let end = list.firstIndex(where: { $0.is("}") }) else { return nil }
            let words = list[list.startIndex + 1..<end].filter { !$0.is(",") && !$0.is(";") }
            return words.allSatisfy { $0.kind == .string } ? words.map(\.text) : nil
        }
    }

    mutating func checkRights() {
        guard let needs = header.needs else { return }
        let records = Set(handlers().compactMap(\.record))
        var have = needs.map { Capability($0) }
        for at in tokens.indices {
            guard let use = use(at, records) else { continue }
            for right in use.rights where !have.contains(where: { $0.covers(right) }) {
                have.append(right)
                let list = have.map { "\"\($0)\"" }.joined(separator: ", "), grants = have.map(\.description).joined(separator: ", ")
                note(at, "\(use.label) needs the capability \"\(right)\", which the header does not ask for: write needs = { \(list) }, "
                    + "and hook.\(header.name ?? "<name>").grants = '\(grants)' into the configuration", isError: use.isCertain)
            }
        }
    }

    private struct Use {
        let label: String
        let rights: [Capability]
        /// A method of this name may also be another object's.
        let isCertain: Bool
    }

    /// Fields of events that hold a node.
    private static let nodeFields = Set(EventSchema.all.flatMap(\.fields).filter { $0.kind == .node }.map(\.name))

    /// The call at a place, with the rights that its words show; nil where there is none.
    private func use(_ at: Int, _ records: Set<String>) -> Use? {
        if let call = libraryCall(at), Self.isCall(token(call.next)) { return Use(label: "us." + call.name, rights: rights(of: call.name, call.next), isCertain: true) }
        guard at > 0, tokens[at].is(":"), token(at + 1).kind == .name, Self.isCall(token(at + 2)) else { return nil }
        let name = token(at + 1).text
        let isNode = at >= 3 && Self.nodeFields.contains(tokens[at - 1].text) && tokens[at - 2].is(".") && records.contains(tokens[at - 3].text)
        return Use(label: "node:" + name, rights: rights(of: "node." + name, at + 2), isCertain: isNode)
    }

    /// `open` is where the arguments begin.
    private func rights(of name: String, _ open: Int) -> [Capability] {
        let text = firstText(open)
        switch name {
        case "secret": return text.map { [Capability("secret:" + $0.whole)] } ?? []
        case "kv.shared": return text.map { [Capability("kv:shared:" + $0.whole)] } ?? []
        case "lock": return [Capability("lock")]
        case _ where name.hasPrefix("http."): return text.flatMap(Self.host).map { [Capability("http:" + $0)] } ?? []
        default: break
        }
        guard let function = HostFunction.byOperation[name], !function.isInternal else { return [] }
        guard function.rights?.contains("<") == true else { return function.needs(HostArguments(values: .map([:]))) }
        guard let text, !text.goesOn else { return [] }
        let values: HookValue = function.style == .vector ? ["argv": .list([.text(text.whole)])] : [(function.parameters.first?.name ?? ""): .text(text.whole)]
        return function.needs(HostArguments(values: values))
    }

    /// The text that a call's arguments begin with; `goesOn` when something is joined to it.
    private func firstText(_ open: Int) -> (whole: String, goesOn: Bool)? {
        var at = open
        while token(at).is("(") || token(at).is("{") { at += 1 }
        guard token(at).kind == .string, !token(at).text.contains("\\") else { return nil }
        return (token(at).text, token(at + 1).is(".."))
    }

    /// The host of an address, once the address goes on behind it.
    private static func host(_ address: (whole: String, goesOn: Bool)) -> String? {
        guard let scheme = address.whole.firstRange(of: "://") else { return nil }
        let rest = address.whole[scheme.upperBound...], host = rest.prefix { !"/:?#@".contains($0) }
        guard !host.isEmpty, host.endIndex < rest.endIndex || !address.goesOn, !rest.contains("@") else { return nil }
        return host.lowercased()
    }
}
