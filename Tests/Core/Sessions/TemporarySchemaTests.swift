import PostgresWire
import Settings
import Testing
@testable import Sessions

@Suite("Temporary schema")
struct TemporarySchemaTests {
    @Test("A session that asks for the schema of temporary tables when it connects keeps its backend", arguments: [
        ("pg_temp", true), ("public, PG_Temp", true), ("pg_temp_3", true), ("xpg_temp", true),
        ("", false), ("p", false), ("pg_tem", false), ("pg temp", false), ("pg_catalog", false), ("pg_pg_tempé", true),
    ])
    func asked(_ path: String, _ isTemporary: Bool) {
        let startup = StartupMessage(user: "anna", database: "shop", parameters: [.init("application_name", "till"), .init("search_path", path)])
        let session = FrontendSession(startup, key: BackendKey(process: 1, secret: 2), mode: .transaction)
        #expect((session.pin != nil) == isTemporary)
    }
}
