/// `SHOW HELP`: what can be asked and commanded, from the catalogue.
enum HelpView {
    private struct Row { let statement: String, who: String, meaning: String }

    static let view = AdminView.list("HELP", "what can be asked and commanded", [
        .text("statement", "how it is written") { $0.statement }, .text("who", "who may") { $0.who }, .text("meaning", "what it does") { $0.meaning },
    ]) { (_: AdminFacts) -> [Row] in
        AdminCatalogue.views.map { Row(statement: "SHOW \($0.name)", who: $0.access.rawValue, meaning: $0.meaning) }
            + AdminCatalogue.commands.map { Row(statement: $0.synopsis, who: AdminView.Access.adminUsers.rawValue, meaning: $0.meaning) }
    }
}
