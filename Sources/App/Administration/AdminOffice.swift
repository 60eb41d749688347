internal import PostgresWire
package import Proxying
package import Sessions
package import Settings

/// Answers the statements that are for the daemon itself: who may ask what, from what facts, and what is done.
package struct AdminOffice: AdminResponder {
    /// Who may ask; read anew for each statement, so that a reload counts at once.
    package struct Rights: Hashable, Sendable {
        package var admins: Set<String>
        package var stats: Set<String>

        package init(admins: Set<String>, stats: Set<String>) {
            self.admins = admins
            self.stats = stats
        }

        package init(_ settings: Settings) {
            self.init(admins: Set(settings[\.administration.adminUsers]), stats: Set(settings[\.administration.statsUsers]))
        }
    }

    package let version: String
    private let rights: @Sendable () -> Rights
    private let facts: @Sendable (ProxyReport.Parts) async -> AdminFacts?
    private let hands: any AdminHands

    /// `facts` gathers what a view needs; nil while the daemon starts.
    package init(version: String, rights: @escaping @Sendable () -> Rights, hands: any AdminHands,
                 facts: @escaping @Sendable (ProxyReport.Parts) async -> AdminFacts?) {
        self.version = version
        self.rights = rights
        self.hands = hands
        self.facts = facts
    }

    /// Whether a user may use the databases that lead to the daemon itself.
    package func admits(_ user: String) -> Bool {
        let rights = rights()
        return rights.admins.contains(user) || rights.stats.contains(user)
    }

    /// On an ordinary session: what everybody may see, and the rest for those whom the rights name.
    package func answer(_ statement: AdminStatement, for asker: AdminAsker, reply: @escaping @Sendable (AdminReply) -> Void) {
        switch statement {
        // They wait for nothing that could be given up.
        case .show(let name): _ = run("SHOW \(name)", for: asker, reply: reply)
        case .pgpool(let text): _ = run(text, for: asker, reply: reply)
        }
    }

    /// What a statement in one of those databases answers with.
    package func shape(of text: String, for asker: AdminAsker) -> AdminShape {
        do {
            let request = try AdminRequest(text)
            try check(request, asker)
            switch request {
            case .show(let view): return .table(view.columns)
            case .parameter(let name): return .table(Self.columns(of: name))
            case .nothing, .command, .setting: return .noRows
            }
        } catch { return .failed(error) }
    }

    /// Runs such a statement, or says why it may not be run.
    package func run(_ text: String, for asker: AdminAsker, reply: @escaping @Sendable (AdminReply) -> Void) -> @Sendable () -> Void {
        let request: AdminRequest
        do {
            request = try AdminRequest(text)
            try check(request, asker)
        } catch {
            reply(.failed(error))
            return {}
        }
        // The loop that asks must not wait; one task a statement, and a session has one statement at a time.
        let task = Task {
            do throws(ErrorMessage) { reply(try await carryOut(request)) } catch { reply(.failed(error)) }
        }
        return { task.cancel() }
    }

    /// Carries a statement out for an operator of this machine, who may everything.
    package func run(_ text: String) async -> AdminReply {
        do throws(ErrorMessage) { return try await carryOut(try AdminRequest(text)) } catch { return .failed(error) }
    }

    // MARK: Rights

    private func check(_ request: AdminRequest, _ asker: AdminAsker) throws(ErrorMessage) {
        let rights = rights(), isAdmin = rights.admins.contains(asker.user)
        if isAdmin { return }
        let isStats = rights.stats.contains(asker.user)
        switch request {
        case .nothing, .setting: return
        case .show(let view):
            switch view.access {
            case .everybody: return
            case .statsUsers: if !isStats { throw denied("SHOW \(view.name)", view.access, asker) }
            case .adminUsers: throw denied("SHOW \(view.name)", view.access, asker)
            }
        case .parameter: throw denied("PGPOOL SHOW", .adminUsers, asker)
        case .command(let command, _): throw denied(command.name, .adminUsers, asker)
        }
    }

    private func denied(_ what: String, _ access: AdminView.Access, _ asker: AdminAsker) -> ErrorMessage {
        ErrorMessage(.error, .insufficientPrivilege, "user \"\(asker.user)\" may not use \(what)", hint: "It is for those whom \(access.rawValue) name.")
    }

    // MARK: Answers

    private func carryOut(_ request: AdminRequest) async throws(ErrorMessage) -> AdminReply {
        switch request {
        case .nothing: return .nothing
        case .setting: return .done(tag: "SET")
        case .command(let command, let argument): return .done(tag: command.name, notices: try await command.run(hands, argument))
        case .show(let view):
            let facts = try await known(view.parts)
            return .table(columns: view.columns, rows: view.rows(facts))
        case .parameter(let name):
            let entries = try await known([]).settings.entries
            guard let name else { return .table(columns: Self.columns(of: nil), rows: entries.map { [$0.name, $0.value, $0.meaning] }) }
            guard let entry = entries.first(where: { $0.name == name }) else {
                throw ErrorMessage(.error, .undefinedObject, "there is no parameter \(name): PGPOOL SHOW ALL lists them")
            }
            return .table(columns: Self.columns(of: name), rows: [[entry.value]])
        }
    }

    private func known(_ parts: ProxyReport.Parts) async throws(ErrorMessage) -> AdminFacts {
        guard let facts = await facts(parts) else { throw ErrorMessage(.error, .cannotConnectNow, "the daemon is starting") }
        return facts
    }

    private static func columns(of parameter: String?) -> [ResultColumn] {
        parameter.map { [ResultColumn($0)] } ?? [ResultColumn("item"), ResultColumn("value"), ResultColumn("description")]
    }
}
