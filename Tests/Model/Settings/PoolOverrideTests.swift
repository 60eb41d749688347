import Testing
@testable import Settings

@Suite("PoolOverride")
struct PoolOverrideTests {
    @Test("Overrides are shown behind the parameters, as they stand in the file")
    func entries() {
        let text = "database.shop = 'max_db_connections=9 pool_mode=transaction server_lifetime=60s'\nuser.\"anna b\" = 'pool_size=3'\nuser.zoe = ''"
        let shown = ConfigurationFile(path: "/u.conf", from: MemorySource(files: ["/u.conf": text])).settings.entries.suffix(3).map { "\($0.name) = \($0.value)" }
        #expect(shown == ["database.shop = pool_mode=transaction max_db_connections=9 server_lifetime=1min", "user.anna b = pool_size=3", "user.zoe = "])
    }

    @Test("A database and a user are named bare or in double quotes, as they are spelt")
    func names() {
        let file = read("""
            database.shop = 'pool_mode=transaction pool_size=5'
            database."My ""old"" shop" = 'pool_size=6'
            Database.Shop = 'pool_size=7'
            user.anna-b = 'max_user_connections=8 # '
            user."anna b" 'pool_mode=Statement max_user_client_connections=0'
            """.replacing(" # ", with: ""))
        #expect(file.diagnostics.isEmpty, "\(file.diagnostics)")
        #expect(Set(file.settings.databaseOverrides.keys) == ["shop", "My \"old\" shop", "Shop"])
        #expect(file.settings.databaseOverrides["shop"]?.mode == .transaction)
        #expect(file.settings.databaseOverrides["Shop"]?.size == 7)
        #expect(file.settings.userOverrides["anna-b"]?.maxBackends == 8)
        #expect(file.settings.userOverrides["anna b"]?.mode == .statement)
        #expect(file.settings.userOverrides["anna b"]?.maxFrontends == 0)
    }

    @Test("A later line about the same name replaces the earlier one wholly")
    func replaced() {
        let file = read("database.shop = 'pool_size=5 min_pool_size=1'\ndatabase.shop = 'pool_size=6'")
        #expect(file.settings.databaseOverrides["shop"]?.size == 6)
        #expect(file.settings.databaseOverrides["shop"]?.minimum == nil)
    }

    @Test("What is wrong is said with its place", arguments: [
        ("database.shop = 'poolsize=5'", "database.shop: unknown word poolsize; did you mean pool_size?"),
        ("database.shop = 'pool_size'", "database.shop takes words like pool_size=20 with blanks between them, got pool_size"),
        ("database.shop = '=5'", "database.shop takes words like pool_size=20 with blanks between them, got =5"),
        ("database.shop = 'pool_mode=fast'", "database.shop: pool_mode takes one of session, transaction, statement, got 'fast'"),
        ("database.shop = 'host=10.0.0.1'", "database.shop: host does not exist here: where nodes are is said by backend_hostnameN, and databases keep their names"),
        ("user.anna = 'min_pool_size=5'", "user.anna: unknown word min_pool_size; did you mean pool_size?"),
        ("database.\"shop = 'pool_size=5'", "the quoted name behind database. has no closing quote"),
        ("database. = 'pool_size=5'", "database.NAME needs the name of a database, of 1 to 63 bytes"),
        ("user.\"\" = 'pool_size=5'", "user.NAME needs the name of a user, of 1 to 63 bytes"),
        ("user.\(String(repeating: "a", count: 64)) = ''", "user.NAME needs the name of a user, of 1 to 63 bytes"),
    ])
    func mistakes(_ line: String, _ message: String) {
        #expect(read(line).diagnostics.map(\.description) == ["/etc/u.conf:3: \(message)"])
    }

    @Test("Every word takes its bounds and nothing beyond", arguments: PoolOverride.Subject.allCases)
    func bounds(_ subject: PoolOverride.Subject) {
        for key in PoolOverride.keys(subject) {
            guard case .integer(let bounds) = key.type else { continue }
            for value in [bounds.lowerBound, bounds.upperBound] { #expect(read("\(subject.rawValue).x = '\(key.name)=\(value)'").diagnostics.isEmpty) }
            for value in [bounds.lowerBound - 1, bounds.upperBound + 1] { #expect(read("\(subject.rawValue).x = '\(key.name)=\(value)'").hasErrors, "\(key.name)=\(value)") }
        }
        #expect(read("database.x = 'server_lifetime=90s'").settings.databaseOverrides["x"]?.lifetime == .seconds(90))
    }

    @Test("A reload takes them over, and names them")
    func reload() {
        let old = read("database.shop = 'pool_size=5'\nuser.anna = 'pool_size=1'").settings
        let reload = old.reloaded(as: read("database.shop = 'pool_size=6'\nuser.anna = 'pool_size=1'").settings)
        #expect(reload.inForce.databaseOverrides["shop"]?.size == 6)
        #expect(reload.applied == ["database.shop"] && reload.waiting.isEmpty)
    }
}
