import Testing
@testable import Sessions

@Suite("Statement scanner")
struct StatementScannerTests {
    private func scan(_ text: String, escapes: Bool = false) -> StatementScanner {
        Array(text.utf8).withUnsafeBytes { StatementScanner($0, backslashEscapes: escapes) }
    }

    private static let clean: [String] = [
        "", ";", " ; ; ", "-- nothing", "/* a /* nested */ comment */",
        "SELECT 1", "select * from t where a = $1", "(select 1) union (select 2)", "VALUES (1), (2)", "TABLE t",
        "SELECT count(*), max(a) FROM t GROUP BY b HAVING count(*) > 1", "SELECT lower(name), now() FROM people",
        "SELECT pg_catalog.lower('X')", "SELECT a::numeric(10,2), cast(b as varchar(5)) FROM t",
        "SELECT x FROM generate_series(1, 3) AS g(x)", "SELECT * FROM unnest($1::int[]) WITH ORDINALITY AS u(a, n)",
        "SELECT * FROM (VALUES (1, 'a')) v(a, b)", "WITH x(a) AS (SELECT 1) SELECT * FROM x", "WITH RECURSIVE r(n) AS (SELECT 1) SELECT * FROM r",
        "SELECT a FROM t WHERE a IN (1, 2) AND (b = 3 OR NOT (c = 4)) AND EXISTS (SELECT 1)", "SELECT row_number() OVER (PARTITION BY a ORDER BY b) FROM t",
        "SELECT count(*) FILTER (WHERE a) FROM t", "SELECT string_agg(a, ',') WITHIN GROUP (ORDER BY a) FROM t", "SELECT array(select 1), row(1, 2)",
        "SELECT extract(epoch FROM now()), substring('abc' from 1 for 2), trim(both 'x' from 'xax')",
        "SELECT 'set_config(''a'', ''b'', false)'", "SELECT $$ LISTEN x $$, $tag$ DO $$ $tag$", "SELECT \"set\" FROM \"listen\"",
        "SELECT set_config('a.b', 'c', true)", "SELECT set_config('a', (select max(b) from t), TRUE)",
        "SELECT pg_advisory_xact_lock(1), pg_try_advisory_xact_lock($1)", "SELECT nextval('s'), pg_notify('c', 'x')",
        "INSERT INTO t VALUES (1)", "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING a",
        "INSERT INTO s.t (a) SELECT 1", "INSERT INTO t AS x (a) VALUES (1)", "INSERT INTO temp VALUES (1)", "UPDATE t SET (a, b) = (1, 2) WHERE c = 3",
        "DELETE FROM t USING u WHERE t.a = u.a", "MERGE INTO t USING u ON (t.a = u.a) WHEN MATCHED THEN DELETE",
        "COPY t (a, b) FROM STDIN WITH (FORMAT csv)", "COPY (SELECT 1) TO STDOUT",
        "BEGIN", "begin isolation level serializable", "START TRANSACTION READ ONLY", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT a",
        "RELEASE SAVEPOINT a", "ROLLBACK TO SAVEPOINT a", "ROLLBACK TO a", "PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'",
        "SET LOCAL statement_timeout = 5", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET CONSTRAINTS ALL DEFERRED", "RESET ALL", "RESET search_path",
        "SHOW search_path", "SHOW ALL", "EXPLAIN SELECT 1", "EXPLAIN (ANALYZE, BUFFERS) SELECT * FROM t", "ANALYZE", "ANALYZE t (a)", "VACUUM (ANALYZE) t",
        "TRUNCATE t", "CREATE TABLE t (a int PRIMARY KEY, b numeric(3,1) CHECK (b > 0), c text DEFAULT lower('X'), UNIQUE (a, b))",
        "CREATE TABLE IF NOT EXISTS t (a int REFERENCES u (b))", "CREATE TABLE weather (temp int)", "CREATE INDEX ON t (lower(a))", "CREATE INDEX i ON s.t USING gin (a)",
        "CREATE UNIQUE INDEX i ON t (a) INCLUDE (b)", "CREATE VIEW v (a) AS SELECT 1", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT set_config('a','b',false) $$",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION audit()", "CREATE TABLE u AS SELECT * FROM t", "CREATE MATERIALIZED VIEW m AS SELECT 1",
        "ALTER TABLE t ADD COLUMN c varchar(3)", "ALTER TABLE t RENAME TO u", "DROP TABLE t", "DROP FUNCTION f(int)", "GRANT EXECUTE ON FUNCTION f(int) TO u",
        "GRANT SELECT (a) ON t TO u", "COMMENT ON TABLE t IS 'x'", "LOCK TABLE t IN SHARE MODE", "NOTIFY c, 'x'", "UNLISTEN *", "DISCARD ALL", "DEALLOCATE ALL",
        "DECLARE c CURSOR FOR SELECT 1", "DECLARE c CURSOR WITHOUT HOLD FOR SELECT 1", "FETCH 5 FROM c", "MOVE c", "CLOSE c", "REFRESH MATERIALIZED VIEW m", "CHECKPOINT",
        "SELECT a INTO u FROM t", "SELECT E'it\\'s' , 'set' , 1.5e3", "SELECT U&'d\\0061t', B'01', X'FF', N'x'", "SELECT a->>'b' FROM t WHERE c @> '{}'",
    ]

    @Test("What leaves nothing behind keeps a session movable", arguments: clean)
    func harmless(text: String) {
        #expect(scan(text).pin == nil)
    }

    private static let pinning: [(String, String)] = [
        ("SET SESSION AUTHORIZATION x", "SET SESSION AUTHORIZATION"), ("RESET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION"), ("SET SEED TO 0.5", "SET SEED"),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY, DEFERRABLE", "SET SESSION CHARACTERISTICS with several modes"),
        ("SET a = 1; COMMIT", "a setting beside the end of a transaction in one text"),
        ("PREPARE p AS SELECT 1", "PREPARE"), ("EXECUTE p", "EXECUTE of a prepared statement"), ("LISTEN c", "LISTEN"), ("LOAD 'auto_explain'", "LOAD"),
        ("DO $$ BEGIN END $$", "DO"), ("CALL p()", "CALL"), ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "a cursor WITH HOLD"),
        ("DECLARE c BINARY SCROLL CURSOR WITH HOLD FOR SELECT 1", "a cursor WITH HOLD"),
        ("CREATE TEMP TABLE t (a int)", "a temporary object"), ("create temporary table t (a int)", "a temporary object"), ("CREATE LOCAL TEMP TABLE t (a int)", "a temporary object"),
        ("CREATE OR REPLACE TEMP VIEW v AS SELECT 1", "a temporary object"), ("CREATE TEMPORARY SEQUENCE s", "a temporary object"),
        ("EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT 1", "a temporary object"), ("EXPLAIN (ANALYZE, COSTS off) CREATE TEMPORARY TABLE t AS SELECT 1", "a temporary object"),
        ("SELECT DISTINCT ON (1) site_function()", "the function site_function"), ("SET LOCAL search_path = 'pg_temp'", "a temporary object (pg_temp)"),
        ("SELECT set_config('search_path', 'PG_TEMP', true)", "a temporary object (pg_temp)"), ("UPDATE pg_settings SET setting = '7MB' WHERE name = 'work_mem'", "UPDATE pg_settings"),
        ("UPDATE pg_catalog.\"pg_settings\" SET setting = '7MB'", "UPDATE pg_settings"), ("CREATE TABLE U&\"pg\\005ftemp\".t (a int)", "a name with Unicode escapes"),
        ("SELECT E'a'\n'b\\'', site_function(), 'z'", "the function site_function"), ("SELECT search('x')", "the function search"),
        ("CREATE TABLE pg_temp.t (a int)", "a temporary object (pg_temp)"), ("INSERT INTO pg_temp_3.t VALUES (1)", "a temporary object (pg_temp)"),
        ("SELECT * FROM \"pg_temp\".t", "a temporary object (pg_temp)"), ("DROP TABLE PG_TEMP.t", "a temporary object (pg_temp)"),
        ("SELECT a INTO TEMP u FROM t", "a temporary table"), ("SELECT 1 AS a INTO TEMPORARY TABLE u", "a temporary table"), ("WITH x AS (SELECT 1) SELECT * INTO LOCAL TEMP u FROM x", "a temporary table"),
        ("SELECT pg_advisory_lock(1)", "the function pg_advisory_lock"), ("SELECT pg_try_advisory_lock_shared(1, 2)", "the function pg_try_advisory_lock_shared"),
        ("SELECT pg_catalog.pg_advisory_lock(1)", "the function pg_advisory_lock"), ("SELECT set_config('a', 'b', false)", "the function set_config"),
        ("SELECT set_config('a', 'b', $1)", "the function set_config"), ("SELECT set_config('a', 'true', not true)", "the function set_config"),
        ("SELECT set_config('a', f(true), false)", "the function set_config"), ("SELECT setseed(0.5)", "the function setseed"), ("SELECT currval('s')", "the function currval"),
        ("SELECT my_function(1)", "the function my_function"), ("SELECT my_function /* hidden */ (1)", "the function my_function"), ("SELECT app.lower('x')", "the function lower"),
        ("SELECT \"lower\"('x')", "the function lower"), ("SELECT a.pg_catalog.lower('x')", "the function lower"), ("SELECT * FROM dblink('x', 'y')", "the function dblink"),
        ("SELECT * FROM t JOIN f(1) ON true", "the function f"), ("SELECT query_to_xml('x', true, true, '')", "the function query_to_xml"),
        ("SELECT 1 WHERE t.a = ON_function(1)", "the function ON_function"), ("BEGIN; LISTEN a; COMMIT", "LISTEN"), ("FROBNICATE t", "a statement that Understudy does not know (FROBNICATE)"),
        ("START_REPLICATION SLOT s", "a statement that Understudy does not know (START_REPLICATION)"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END", "a function body in SQL, whose end Understudy does not find"),
    ]

    @Test("What a session would miss elsewhere pins it, with a reason", arguments: pinning)
    func pins(text: String, reason: String) {
        #expect(scan(text).pin?.description == reason)
    }

    @Test("What is certainly kept is told apart from what a function may have kept", arguments: [
        ("LISTEN c", true), ("CREATE TEMP TABLE t (a int)", true), ("SELECT pg_advisory_lock(1)", true), ("SELECT f(), pg_advisory_lock(1)", true), ("PREPARE p AS SELECT 1", true),
        ("SELECT set_config('a', 'b', false)", true), ("SELECT site_function()", false), ("DO $$ $$", false), ("CALL p()", false), ("SELECT currval('s')", false),
    ])
    func certainty(text: String, isCertain: Bool) {
        #expect(scan(text).pin?.isCertain == isCertain)
    }

    @Test("A temporary table that ends with its transaction keeps no session", arguments: [
        "CREATE TEMP TABLE t (a int) ON COMMIT DROP", "create temporary table t on commit drop as select 1",
    ])
    func temporaryForTransaction(text: String) {
        #expect(scan(text).pin == nil)
    }

    private static let settings: [(String, [SettingChange])] = [
        ("SET search_path = a, \"B\"", [.set(name: "search_path", text: "SET search_path = a, \"B\"")]),
        ("SELECT 1; SET a.B = 1 ; SELECT 2", [.set(name: "a.b", text: " SET a.B = 1")]),
        ("set TIME ZONE 'UTC' -- there", [.set(name: "timezone", text: "set TIME ZONE 'UTC'")]),
        ("SET SESSION statement_timeout = 1", [.set(name: "statement_timeout", text: "SET SESSION statement_timeout = 1")]),
        ("SET ROLE x", [.set(name: "role", text: "SET ROLE x")]), ("SET NAMES 'utf8'", [.set(name: "client_encoding", text: "SET NAMES 'utf8'")]),
        ("SET \"Work_Mem\" TO 1", [.set(name: "work_mem", text: "SET \"Work_Mem\" TO 1")]), ("SET SCHEMA 's'", [.set(name: "search_path", text: "SET SCHEMA 's'")]),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", [.set(name: "default_transaction_read_only", text: "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")]),
        ("BEGIN; SET a = 1", [.set(name: "a", text: " SET a = 1")]), ("RESET work_mem", [.reset(name: "work_mem")]), ("RESET ALL", [.resetAll]),
        ("RESET TIME ZONE", [.reset(name: "timezone")]), ("SELECT 'a\\'; SET x = 1; --'", [.set(name: "x", text: " SET x = 1")]),
        ("SET LOCAL a = 1", []), ("SET TRANSACTION READ ONLY", []), ("SET CONSTRAINTS ALL DEFERRED", []), ("SELECT 'SET a = 1'", []),
    ]

    @Test("What SET and RESET change is read with the statement that changes it", arguments: settings)
    func settingChanges(text: String, changes: [SettingChange]) {
        #expect(scan(text).changes == changes)
    }

    @Test("EXECUTE and DEALLOCATE name a statement, at its place", arguments: [
        ("EXECUTE p (1)", "p", 8..<9), ("DEALLOCATE S1", "s1", 11..<13), ("deallocate prepare \"S1\"", "S1", 19..<23), ("  EXECUTE \"a\"\"b\"", "a\"b", 10..<16),
    ])
    func preparedNames(text: String, name: String, range: Range<Int>) {
        #expect(scan(text).prepared?.name == name)
        #expect(scan(text).prepared?.range == range)
    }

    @Test("No statement is named by others", arguments: ["DEALLOCATE ALL", "EXECUTE p; SELECT 1", "SELECT 1", "EXPLAIN EXECUTE p"])
    func noPreparedName(text: String) {
        #expect(scan(text).prepared == nil)
    }

    @Test("A backslash ends a string or not, as standard_conforming_strings says")
    func backslashes() {
        #expect(scan("SELECT 'a\\'; SET x = 1; --'", escapes: true).pin == nil)
        #expect(scan("SELECT E'a\\'; SET x = 1; --'").pin == nil)
    }

    private static let working: [(String, WorkEffects)] = [
        ("SELECT 1", WorkEffects.executes), ("", []), ("-- x", []), ("BEGIN", [.executes, .opensBlock, .loneBegin]), ("START TRANSACTION", [.executes, .opensBlock]),
        ("COMMIT", [.executes, .mayCommit, .endsBlock, .loneCommit]), ("END;", [.executes, .mayCommit, .endsBlock, .loneCommit]),
        ("ROLLBACK", [.executes, .endsBlock, .loneRollback, .beginsWithRollback]), ("ABORT WORK", [.executes, .endsBlock, .loneRollback, .beginsWithRollback]),
        ("ROLLBACK TO SAVEPOINT a", [.executes]), ("ROLLBACK WORK TO a", [.executes]),
        ("COMMIT AND CHAIN", [.executes, .mayCommit, .endsBlock, .opensBlock]), ("COMMIT AND NO CHAIN", [.executes, .mayCommit, .endsBlock]),
        ("ROLLBACK AND CHAIN", [.executes, .endsBlock, .opensBlock, .beginsWithRollback]),
        ("PREPARE TRANSACTION 'x'", [.executes, .mayCommit, .endsBlock]), ("COMMIT PREPARED 'x'", [.executes, .mayCommit]), ("ROLLBACK PREPARED 'x'", [.executes, .mayCommit]),
        ("BEGIN; INSERT INTO t VALUES (1)", [.executes, .opensBlock]), ("BEGIN; INSERT INTO t VALUES (1); COMMIT", [.executes, .mayCommit, .endsBlock]),
        ("COMMIT; BEGIN", [.executes, .mayCommit, .endsBlock, .opensBlock]), ("ROLLBACK; SELECT 1", [.executes, .endsBlock, .beginsWithRollback]),
        ("SELECT 'COMMIT'", [.executes]), ("CALL p()", [.executes, .mayCommit]), (";;COMMIT;;", [.executes, .mayCommit, .endsBlock, .loneCommit]),
    ]

    @Test("What a text does to its transaction", arguments: working)
    func effects(text: String, effects: WorkEffects) {
        #expect(scan(text).effects == effects)
    }

    @Test("SHOW pool_… alone is the proxy's own; everything else is the node's")
    func admin() {
        #expect(scan("pgpool show ALL; -- x").admin == .pgpool("pgpool show ALL"))
        #expect(scan("SELECT pgpool").admin == nil && scan("PGPOOL SHOW a; SELECT 1").admin == nil)
        for text in ["SHOW pool_nodes", "show POOL_NODES;", " /* x */ SHOW pool_nodes -- y"] { #expect(scan(text).admin == .show("pool_nodes")) }
        for text in ["SHOW port", "SELECT 1; SHOW pool_nodes", "SHOW pool_nodes; SELECT 1", "SHOW pool_nodes x", "SELECT pool_nodes", "SHOW"] {
            #expect(scan(text).admin == nil, "\(text)")
        }
    }

    @Test("Any bytes at all come to an end", arguments: 0..<200)
    func noise(seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        let pieces = ["'", "\"", "$", "$$", "$a$", "/*", "*/", "--", "\n", "E'", "\\", "(", ")", ";", ".", "SET", "pg_temp", "U&\"", "\u{0}", "set_config", ",", "é", "1.", "x"]
        var text = ""
        for _ in 0..<60 {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            text += pieces[Int(state >> 33) % pieces.count]
        }
        _ = scan(text)
        _ = scan(text, escapes: true)
    }
}
