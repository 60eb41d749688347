/// What can be seen in a hook file without running it: mistakes that would wait for the night when the event comes.
///
/// Looks at words, not at meaning, so it says only what is hardly ever wrong; it knows `us` and the hook by the names that
/// `require "understudy"` and `us.hook` were given.
struct HookLint {
    /// One finding.
    struct Finding: Hashable, Sendable {
        let line: Int
        let message: String
        /// Would certainly fail the event; the others are advice.
        var isError = false
    }

    let tokens: [LuaToken]
    let library: Set<String>
    let hook: Set<String>
    let header: Header
    private(set) var findings: [Finding] = []

    init(_ text: String) {
        tokens = LuaTokens(text).tokens
        library = Self.names(in: tokens) { $0.count > 1 && $0[$0.startIndex].isName("require") && $0.dropFirst().first { !$0.is("(") }?.text == "understudy" }
        let us = library
        hook = Self.names(in: tokens) { $0.count > 2 && us.contains($0[$0.startIndex].text) && $0[$0.startIndex + 1].is(".") && $0[$0.startIndex + 2].isName("hook") }
        header = Header(tokens, us)
        for handler in handlers() { look(into: handler) }
        lookEverywhere()
        checkRights()
        checkNames()
        findings.sort { ($0.line, $0.message) < ($1.line, $1.message) }
    }

    /// Every `local NAME = …` whose right side begins as asked.
    private static func names(in tokens: [LuaToken], _ begins: (ArraySlice<LuaToken>) -> Bool) -> Set<String> {
        var names: Set<String> = []
        for at in tokens.indices.dropLast(3) where tokens[at].is("local") && tokens[at + 1].kind == .name && tokens[at + 2].is("=") && begins(tokens[(at + 3)...]) {
            names.insert(tokens[at + 1].text)
        }
        return names
    }

    // MARK: Handlers

    struct Handler {
        let event: EventSchema
        /// What it calls the event; nil when it takes none.
        let record: String?
        /// What it calls its options.
        let options: String?
        let body: Range<Int>
    }

    /// `function hook.failover(ev, opt) … end`, or `hook.failover = function(ev, opt) … end`.
    func handlers() -> [Handler] {
        tokens.indices.compactMap { at in
            guard hook.contains(tokens[at].text), tokens[at].kind == .name, token(at + 1).is("."), let event = EventSchema.byName[token(at + 2).text] else { return nil }
            let parameters: Int
            if at > 0, tokens[at - 1].is("function") { parameters = at + 3 } else if token(at + 3).is("="), token(at + 4).is("function") { parameters = at + 5 } else { return nil }
            guard token(parameters).is("("), let close = tokens[parameters...].firstIndex(where: { $0.is(")") }) else { return nil }
            let first = token(parameters + 1), second = token(parameters + 3)
            return Handler(event: event, record: first.kind == .name ? first.text : nil, options: second.kind == .name && parameters + 3 < close ? second.text : nil, body: close + 1..<end(ofBlockAt: close + 1))
        }
    }

    func token(_ at: Int) -> LuaToken { at < tokens.count ? tokens[at] : LuaToken(kind: .symbol, text: "", line: tokens.last?.line ?? 0) }

    /// Where the block that is open at `begin` ends. `while` and `for` open theirs by `do`.
    private func end(ofBlockAt begin: Int) -> Int {
        var depth = 1
        for at in begin..<tokens.count where tokens[at].kind == .keyword {
            switch tokens[at].text {
            case "function", "if", "do", "repeat": depth += 1
            case "end", "until": depth -= 1
            default: break
            }
            if depth == 0 { return at }
        }
        return tokens.count
    }

    private mutating func look(into handler: Handler) {
        checkFields(handler)
        checkOptions(handler)
        checkReturns(handler)
        var stepEnd = handler.body.lowerBound, names: [String: Int] = [:]
        for at in handler.body {
            if let call = libraryCall(at), ["step", "once", "undo"].contains(call.name), token(call.next).is("(") {
                stepEnd = max(stepEnd, closing(of: call.next))
                let name = token(call.next + 1)
                guard call.name == "step", name.kind == .string, token(call.next + 2).is(",") else { continue }
                if let line = names[name.text] { note(at, "step \"\(name.text)\" has the name of the step in line \(line): give each step its own name") }
                names[name.text] = name.line
            }
            if at >= stepEnd, handler.event.kind == .do, let effect = effect(at) {
                note(at, "\(effect) changes something outside of a step: after a crash it is done again; put it into us.step(name, function() … end)")
            }
        }
    }

    /// The place of the bracket that closes the one at `open`.
    func closing(of open: Int) -> Int {
        var depth = 0
        for at in open..<tokens.count where tokens[at].kind == .symbol {
            if ["(", "{", "["].contains(tokens[at].text) { depth += 1 }
            if [")", "}", "]"].contains(tokens[at].text) { depth -= 1 }
            if depth == 0 { return at }
        }
        return tokens.count
    }

    /// `us.http.post` at a place: `http.post`, and where its arguments begin.
    func libraryCall(_ at: Int) -> (name: String, next: Int)? {
        guard tokens[at].kind == .name, library.contains(tokens[at].text), at == 0 || !tokens[at - 1].is("."), token(at + 1).is(".") else { return nil }
        var name: [String] = [], next = at + 1
        while token(next).is("."), token(next + 1).kind == .name {
            name.append(token(next + 1).text)
            next += 2
        }
        return (name.joined(separator: "."), next)
    }

    /// How an effect at this place is called; nil where there is none.
    private func effect(_ at: Int) -> String? {
        if let call = libraryCall(at), Self.isCall(token(call.next)), HostFunction.changes(call.name) { return onlyLooks(call.name, call.next) ? nil : "us.\(call.name)" }
        guard tokens[at].is(":"), token(at + 1).kind == .name, Self.isCall(token(at + 2)), HostFunction.changes("node." + token(at + 1).text) else { return nil }
        return onlyLooks("node." + token(at + 1).text, at + 2) ? nil : "node:\(token(at + 1).text)"
    }

    /// Whether a call that could change something says that it does not, or may not: `read = true`, `readonly = true`, SQL without the right to write.
    private func onlyLooks(_ operation: String, _ open: Int) -> Bool {
        if operation == HostOperation.sql.rawValue, let needs = header.needs, !needs.contains("sql:write") { return true }
        guard !(token(open).kind == .string) else { return false }
        return (open..<closing(of: open)).contains { (token($0).isName("read") || token($0).isName("readonly")) && token($0 + 1).is("=") && token($0 + 2).is("true") }
    }

    static func isCall(_ token: LuaToken) -> Bool { token.is("(") || token.is("{") || token.kind == .string }

    private mutating func checkFields(_ handler: Handler) {
        guard let record = handler.record else { return }
        let fields = Dictionary(handler.event.fields.map { ($0.name, $0.kind) }) { first, _ in first }
        for at in handler.body where tokens[at].isName(record) && !token(at - 1).is(".") {
            // The name stands for something else from here on.
            if isDeclared(at) { return }
            guard token(at + 1).is("."), token(at + 2).kind == .name, token(at + 2).text != "cluster" else { continue }
            let name = token(at + 2).text
            guard let kind = fields[name] else {
                note(at, "\(handler.event.name) event has no \"\(name)\"\(NearName.hint(name, fields.keys + ["cluster"]))", isError: true)
                continue
            }
            if kind == .node, token(at + 3).is("."), token(at + 4).kind == .name { checkNodeField(at + 4) }
        }
    }

    /// Whether a name stands in `local a, b` or `for a, b`.
    func isDeclared(_ at: Int) -> Bool {
        var first = at
        while first >= 2, tokens[first - 1].is(","), tokens[first - 2].kind == .name { first -= 2 }
        return first > 0 && (tokens[first - 1].is("local") || tokens[first - 1].is("for"))
    }

    private mutating func checkNodeField(_ at: Int) {
        let known = EventSchema.nodeFields.map(\.name) + HostFunction.methodNames
        guard !known.contains(tokens[at].text) else { return }
        note(at, "a node has no \"\(tokens[at].text)\"\(NearName.hint(tokens[at].text, known))", isError: true)
    }

    // MARK: Everywhere

    private mutating func lookEverywhere() {
        for at in tokens.indices {
            if let call = libraryCall(at) {
                if call.name == "run" { checkArguments("us.run", call.next) }
                if call.name == "try", Self.isCall(token(call.next)), isStatement(at) {
                    note(at, "the result of us.try is thrown away: a failure would go unseen; write local ok, problem = us.try(…)")
                }
            } else if tokens[at].is(":"), token(at + 1).isName("run") { checkArguments("node:run", at + 2) }
        }
    }

    /// A whole command line in one text is no argument vector.
    private mutating func checkArguments(_ what: String, _ at: Int) {
        let open = token(at).is("(") && token(at + 1).is("{") ? at + 1 : at
        guard token(open).is("{"), token(open + 1).kind == .string, token(open + 1).text.contains(" ") else { return }
        let isAlone = token(open + 2).is("}") || (token(open + 2).is(",") && token(open + 3).kind == .name && token(open + 4).is("="))
        guard isAlone else { return }
        let words = token(open + 1).text.split(separator: " ").map { "\"\($0)\"" }.joined(separator: ", ")
        note(open + 1, "\(what) takes a list of arguments, there is no shell: write \(what) { \(words) }")
    }

    /// Whether an expression that begins here is a statement of its own, judged by the word before it.
    private func isStatement(_ at: Int) -> Bool {
        guard at > 0 else { return true }
        let before = tokens[at - 1]
        switch before.kind {
        case .name, .string, .number: return true
        case .symbol: return [")", "}", "]", ";", "::"].contains(before.text)
        case .keyword: return ["do", "then", "else", "repeat", "end", "true", "false", "nil", "break"].contains(before.text)
        }
    }

    mutating func note(_ at: Int, _ message: String, isError: Bool = false) {
        findings.append(Finding(line: tokens[at].line, message: message, isError: isError))
    }
}
