/// Names that nothing has, and answers that an event has no use for.
extension HookLint {
    /// Names below `us`, and globals that hooks do without.
    mutating func checkNames() {
        for at in tokens.indices {
            if let call = libraryCall(at) { checkLibrary(at, call.name) }
            checkGlobal(at)
        }
    }

    private mutating func checkLibrary(_ at: Int, _ name: String) {
        var known = "us"
        for part in name.split(separator: ".") {
            let members = Set(LibraryFunction.names.filter { $0.hasPrefix(known == "us" ? "" : known + ".") }.map { $0.dropFirst(known == "us" ? 0 : known.count + 1).prefix { $0 != "." } })
            if members.isEmpty { return }
            guard members.contains(part) else {
                return note(at, "\(known == "us" ? known : "us." + known) has no \"\(part)\"\(NearName.hint(String(part), members.map(String.init).sorted()))", isError: true)
            }
            known = known == "us" ? String(part) : known + "." + part
        }
    }

    /// The places of the table that `us.hook` is given.
    private var headerTable: Range<Int>? {
        guard let at = tokens.indices.first(where: { libraryCall($0)?.name == "hook" }), let call = libraryCall(at) else { return nil }
        let open = token(call.next).is("(") ? call.next + 1 : call.next
        guard token(open).is("{") else { return nil }
        return open..<closing(of: open)
    }

    private static let systemCalls: Set = ["execute", "exit", "getenv", "remove", "rename", "tmpname", "setlocale"]

    private mutating func checkGlobal(_ at: Int) {
        guard tokens[at].kind == .name, at == 0 || !(token(at - 1).is(".") || token(at - 1).is(":")), !isDeclared(at) else { return }
        let name = tokens[at].text
        if name == "os", token(at + 1).is("."), Self.systemCalls.contains(token(at + 2).text), Self.isCall(token(at + 3)) {
            return note(at, "hooks have no os.\(token(at + 2).text): programs are us.run's, files node:write_file's and us.fs's", isError: true)
        }
        guard let cure = FaultHint.missing[name], token(at + 1).is(".") || Self.isCall(token(at + 1)) else { return }
        guard !tokens.indices.contains(where: { tokens[$0].isName(name) && isDeclared($0) }) else { return }
        note(at, "hooks have no \(name): \(cure)", isError: true)
    }

    /// Options that the header does not declare.
    mutating func checkOptions(_ handler: Handler) {
        guard let options = handler.options, let known = declaredOptions else { return }
        for at in handler.body where tokens[at].isName(options) && !token(at - 1).is(".") {
            if isDeclared(at) { return }
            guard token(at + 1).is("."), token(at + 2).kind == .name, !known.contains(token(at + 2).text) else { continue }
            note(at, "the hook has no option \"\(token(at + 2).text)\"\(NearName.hint(token(at + 2).text, known))", isError: true)
        }
    }

    /// nil where the header does not write them out.
    private var declaredOptions: [String]? {
        guard let table = headerTable else { return nil }
        guard let at = table.first(where: { tokens[$0].isName("options") && token($0 + 1).is("=") }) else { return [] }
        guard token(at + 2).is("{") else { return nil }
        var names: [String] = [], next = at + 3
        let end = closing(of: at + 2)
        while next < end {
            if token(next).kind == .name, token(next + 1).is("=") { names.append(token(next).text) } else if token(next).is("[") { return nil }
            while next < end, !token(next).is(",") { next = ["(", "{", "["].contains(token(next).text) && token(next).kind == .symbol ? closing(of: next) + 1 : next + 1 }
            next += 1
        }
        return names
    }

    /// `return true` and the like, of the handler itself, where the event asks for something else.
    mutating func checkReturns(_ handler: Handler) {
        guard handler.event.kind != .tell else { return }
        var blocks: [String] = []
        for at in handler.body {
            let word = tokens[at]
            if word.kind == .keyword {
                if ["function", "if", "do", "repeat"].contains(word.text) { blocks.append(word.text) }
                if ["end", "until"].contains(word.text), !blocks.isEmpty { blocks.removeLast() }
            }
            guard word.is("return"), !blocks.contains("function"), let answer = literal(at + 1), !isUseful(answer, to: handler.event) else { continue }
            let shown = answer.kind == .string ? "the text \"\(answer.text)\"" : answer.text
            note(at, "\(handler.event.name) must return \(handler.event.answers.replacing("`", with: "")), or nothing; this is \(shown)", isError: true)
        }
    }

    /// What stands alone after `return`, where that is true, false, a number or a text.
    private func literal(_ at: Int) -> LuaToken? {
        let answer = token(at), next = token(at + 1)
        guard answer.is("true") || answer.is("false") || answer.kind == .number || answer.kind == .string else { return nil }
        return next.is("end") || next.is("else") || next.is("elseif") || next.is("until") || next.is(";") ? answer : nil
    }

    private func isUseful(_ answer: LuaToken, to event: EventSchema) -> Bool {
        switch event.kind {
        case .choose(.truth): answer.is("true") || answer.is("false")
        case .choose(.words(let words)): answer.kind == .string && words.contains(answer.text)
        case .choose(.nodeOrGroup): answer.kind == .string
        case .choose(.nodes), .approve, .do, .tell: false
        }
    }
}
