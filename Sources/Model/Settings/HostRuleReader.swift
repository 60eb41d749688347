/// Reads the fields of one rule: type, databases, users, addresses, method, options.
struct HostRuleReader {
    /// What is wrong with a line: expected, got, what to do.
    struct Mistake: Error { let message: String }

    typealias Token = HostRuleTokens.Token

    let place: Settings.Place
    /// The names in a file that is named by `@`.
    let expand: (String) -> Result<[Token], Mistake>

    private var fields: ArraySlice<[Token]> = []

    init(_ place: Settings.Place, expand: @escaping (String) -> Result<[Token], Mistake>) {
        self.place = place
        self.expand = expand
    }

    mutating func read(_ line: HostRuleTokens) throws(Mistake) -> HostRule {
        fields = line.fields[...]
        let scope = try scope(try single("a type: local, host, hostssl or hostnossl"))
        let databases = try list("a database", database), users = try list("a user", user)
        let addresses = scope == .local ? .all : try address()
        let method = try method(try single("a method: \(Self.methods)"), scope)
        return HostRule(scope: scope, databases: databases, users: users, addresses: addresses, method: method, place: place)
    }

    // MARK: Fields

    private mutating func field(_ what: String) throws(Mistake) -> [Token] {
        guard let field = fields.popFirst() else { throw Mistake(message: "expected \(what), got the end of the line") }
        return field
    }

    private mutating func single(_ what: String) throws(Mistake) -> Token {
        let field = try field(what)
        guard field.count == 1 else { throw Mistake(message: "expected \(what), got a list") }
        return field[0]
    }

    private mutating func list<Element>(_ what: String, _ read: (Token) throws(Mistake) -> Element) throws(Mistake) -> [Element] {
        var elements: [Element] = []
        for token in try field(what) {
            let names = !token.isQuoted && token.text.hasPrefix("@") ? try expand(String(token.text.dropFirst())).get() : [token]
            for name in names { elements.append(try read(name)) }
        }
        return elements
    }

    private func scope(_ token: Token) throws(Mistake) -> HostRule.Scope {
        guard let scope = HostRule.Scope(rawValue: token.text) else {
            throw Mistake(message: "expected local, host, hostssl or hostnossl, got \(clipped(token.text))")
        }
        return scope
    }

    private func database(_ token: Token) throws(Mistake) -> HostRule.Database {
        if token.means("all") { return .all }
        if token.means("sameuser") { return .sameUser }
        if token.means("replication") { return .replication }
        try refuseForeignName(token, keywords: ["samerole", "samegroup"])
        return .named(token.text)
    }

    private func user(_ token: Token) throws(Mistake) -> HostRule.User {
        if token.means("all") { return .all }
        if !token.isQuoted, token.text.hasPrefix("+") {
            throw Mistake(message: "members of a role cannot be looked up: expected users' names in place of \(clipped(token.text)) (in quotes it is a user's name)")
        }
        try refuseForeignName(token, keywords: [])
        return .named(token.text)
    }

    /// What PostgreSQL gives a meaning that there is not here must not be taken for a name.
    private func refuseForeignName(_ token: Token, keywords: [String]) throws(Mistake) {
        if !token.isQuoted, keywords.contains(token.text) || token.text.hasPrefix("/") {
            throw Mistake(message: "\(clipped(token.text)) is not supported: expected a name, or all (in quotes it is a name)")
        }
    }

    // MARK: Addresses

    private mutating func address() throws(Mistake) -> HostRule.Address {
        let token = try single("an address")
        if token.means("all") { return .all }
        if token.means("samehost") { return .sameHost }
        if token.means("samenet") { return .sameNet }
        let parts = token.text.split(separator: "/", omittingEmptySubsequences: false)
        guard let base = NetworkAddress(parts[0]) else {
            throw Mistake(message: "\(clipped(token.text)) is no address: host names are not looked up yet; expected an address with its mask, all, samehost or samenet")
        }
        if parts.count == 1 { return .range(try masked(base)) }
        guard parts.count == 2, let prefix = Int(parts[1]), let range = NetworkRange(base, prefix: prefix) else {
            throw Mistake(message: "expected a mask length of 0 to \(base.width) behind \(base)/, got \(clipped(token.text))")
        }
        return .range(range)
    }

    private mutating func masked(_ base: NetworkAddress) throws(Mistake) -> NetworkRange {
        let token = try single("a mask for \(base)")
        guard let mask = NetworkAddress(token.text), let range = NetworkRange(base, mask: mask) else {
            throw Mistake(message: "expected a mask for \(base) (or write \(base)/\(base.width)), got \(clipped(token.text))")
        }
        return range
    }

    // MARK: Methods

    private static let methods = "trust, reject, password, md5, scram-sha-256, cert or pam"

    private mutating func method(_ token: Token, _ scope: HostRule.Scope) throws(Mistake) -> HostRule.Method {
        switch token.text {
        case "trust": return try plain(.trust, token)
        case "reject": return try plain(.reject, token)
        case "password": return try plain(.password, token)
        case "md5": return try plain(.md5, token)
        case "scram-sha-256": return try plain(.scramSHA256, token)
        case "cert":
            guard scope == .hostssl else { throw Mistake(message: "cert needs a certificate, and so TLS: expected hostssl before it, got \(scope.rawValue)") }
            return try plain(.certificate, token)
        case "pam": return .pam(service: try pamService())
        case "ldap": throw Mistake(message: "ldap does not exist yet in this version: expected \(Self.methods)")
        default: throw Mistake(message: "expected \(Self.methods), got \(clipped(token.text))")
        }
    }

    private func plain(_ method: HostRule.Method, _ token: Token) throws(Mistake) -> HostRule.Method {
        if let option = fields.first?.first { throw Mistake(message: "\(token.text) takes no options, got \(clipped(option.text))") }
        return method
    }

    private mutating func pamService() throws(Mistake) -> String {
        var service = "pgpool"
        while !fields.isEmpty {
            let option = try single("pamservice=NAME")
            let parts = option.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            switch parts[0] {
            case "pamservice" where parts.count == 2 && !parts[1].isEmpty: service = String(parts[1])
            case "pam_use_hostname" where parts.last == "0": break // The address is what PAM is told; it is the default.
            case "pam_use_hostname": throw Mistake(message: "host names are not looked up yet: expected pam_use_hostname=0, got \(clipped(option.text))")
            default: throw Mistake(message: "expected pamservice=NAME, got \(clipped(option.text))")
            }
        }
        return service
    }
}
