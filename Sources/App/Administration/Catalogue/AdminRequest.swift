internal import PostgresWire
internal import Settings

/// What a statement to the daemon asks for.
enum AdminRequest: Sendable {
    case nothing
    case show(AdminView)
    /// pgpool's `PGPOOL SHOW`: one parameter, or all of them.
    case parameter(String?)
    case command(AdminCommand, String?)
    /// A setting of the client's own that changes nothing here.
    case setting

    /// What drivers set when they connect, though it means nothing here.
    private static let harmless: Set = [
        "application_name", "client_encoding", "client_min_messages", "datestyle", "extra_float_digits", "intervalstyle", "standard_conforming_strings",
        "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone", "search_path", "bytea_output", "session",
    ]

    /// Reads a statement. Errors say what was expected, what came, and what to do.
    init(_ text: String) throws(ErrorMessage) {
        let words: [AdminStatementText.Word]
        do { words = try AdminStatementText(text).words } catch { throw Self.syntax(Self.sentence(error)) }
        guard let first = words.first else {
            self = .nothing
            return
        }
        let rest = words.dropFirst()
        switch first.isQuoted ? "" : first.text.uppercased() {
        case "SHOW": self = try Self.show(rest)
        case "PGPOOL": self = try Self.pgpool(rest)
        case "SET", "RESET": self = try Self.setting(rest)
        case "BEGIN", "START", "COMMIT", "END", "ROLLBACK":
            throw ErrorMessage(.error, .featureNotSupported, "there are no transactions here", hint: "Switch autocommit on in the driver.")
        default: self = try Self.command(first, rest)
        }
    }

    private static func show(_ words: ArraySlice<AdminStatementText.Word>) throws(ErrorMessage) -> AdminRequest {
        guard let name = words.first?.text else { throw syntax("SHOW needs the name of a view: SHOW HELP lists them") }
        guard words.count == 1 else { throw syntax("SHOW takes the name of one view and nothing behind it, got \(words.map(\.text).joined(separator: " "))") }
        if let view = AdminCatalogue.view(name) { return .show(view) }
        if PgpoolViews.notYet.contains(name.lowercased()) { throw ErrorMessage(.error, .featureNotSupported, "SHOW \(name) does not exist yet in this version") }
        throw ErrorMessage(.error, .undefinedObject, "there is no view \(name): SHOW HELP lists them")
    }

    private static func pgpool(_ words: ArraySlice<AdminStatementText.Word>) throws(ErrorMessage) -> AdminRequest {
        guard words.count == 2, words.first?.text.uppercased() == "SHOW", let name = words.last?.text else {
            throw ErrorMessage(.error, .featureNotSupported, "of pgpool's statements PGPOOL SHOW name and PGPOOL SHOW ALL exist here")
        }
        return .parameter(name.uppercased() == "ALL" ? nil : name.lowercased())
    }

    private static func setting(_ words: ArraySlice<AdminStatementText.Word>) throws(ErrorMessage) -> AdminRequest {
        if let name = words.first?.text.lowercased(), harmless.contains(name) { return .setting }
        throw ErrorMessage(.error, .featureNotSupported, "parameters are not set here: change the configuration file and RELOAD")
    }

    private static func command(_ first: AdminStatementText.Word, _ words: ArraySlice<AdminStatementText.Word>) throws(ErrorMessage) -> AdminRequest {
        guard !first.isQuoted, let command = AdminCatalogue.command(first.text) else {
            throw syntax("there is no command \(first.text): SHOW HELP lists them")
        }
        guard words.count <= 1 else { throw expected(command, words) }
        let word = words.first
        switch command.argument {
        case .nothing: if word != nil { throw expected(command, words) }
        case .database, .client: if word == nil { throw expected(command, words) }
        case .databaseOrNothing: break
        case .oneOf(let known):
            guard let word else { break }
            guard !word.isQuoted, known.contains(word.text.uppercased()) else { throw expected(command, words) }
            return .command(command, word.text.uppercased())
        }
        return .command(command, word?.text)
    }

    private static func expected(_ command: AdminCommand, _ words: ArraySlice<AdminStatementText.Word>) -> ErrorMessage {
        syntax("expected \(command.synopsis), got \(command.name) \(words.map(\.text).joined(separator: " "))")
    }

    private static func syntax(_ message: String) -> ErrorMessage { ErrorMessage(.error, .syntaxError, message) }

    private static func sentence(_ mistake: AdminStatementText.Mistake) -> String {
        switch mistake {
        case .unclosedQuote: "a quote is not closed"
        case .unclosedComment: "a comment is not closed"
        case .severalStatements: "one statement at a time: there is more behind the semicolon"
        }
    }
}
