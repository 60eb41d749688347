internal import PostgresWire
internal import Proxying

/// A database that a command names. Every database of the nodes may be asked for, so none is declared anywhere: known are those in use, and
/// those that the configuration or an earlier command names.
struct NamedDatabase {
    private let name: String
    private let known: [String]

    /// Names that a message lists.
    private static let mostListed = 20

    init(_ name: String, _ hands: any AdminHands) async {
        self.name = name
        known = await hands.databases().sorted()
    }

    /// What is said beside a command that also holds for who comes later, where nobody is there yet: the name may be misspelt.
    var notices: [String] {
        if known.contains(name) { return [] }
        return ["nobody uses the database \"\(name)\" now: it holds for those who will (\(Self.list(known, as: "known")))"]
    }

    /// For a command that only means what is there.
    func mustBeKnown() throws(ErrorMessage) {
        guard known.contains(name) else { throw ErrorMessage(.error, .undefinedObject, "nobody uses the database \"\(name)\": nothing was done", hint: "\(Self.list(known, as: "known")).") }
    }

    /// For a command that takes back what another did to the databases `switched`.
    static func mustBe(_ name: String, among switched: Set<String>, _ word: String) throws(ErrorMessage) {
        guard switched.contains(name) else {
            throw ErrorMessage(.error, .objectNotInPrerequisiteState, "the database \"\(name)\" is not \(word): nothing was done", hint: "\(list(switched.sorted(), as: word)).")
        }
    }

    private static func list(_ names: [String], as word: String) -> String {
        if names.isEmpty { return "\(word): none" }
        let rest = names.count - mostListed
        return "\(word): " + names.prefix(mostListed).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}
