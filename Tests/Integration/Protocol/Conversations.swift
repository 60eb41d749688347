import PostgresWire

/// Conversations in which poolers have gone wrong; each is had with a node and with the proxy, and must be the same.
extension Conversation {
    /// Made once: messages carry a table's number.
    private static let table = ["CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY, note text)", "GRANT ALL ON t TO PUBLIC", "TRUNCATE t"]

    static let all: [Conversation] = simple + extended + copies + [calls]

    private static let simple: [Conversation] = [
        Conversation("several statements in one text, with blocks in them", before: table, [
            .query("SELECT 1; SELECT 'two'; SELECT"), .ready(),
            .query(""), .ready(), .query(" ; -- nothing"), .ready(),
            .query("BEGIN; INSERT INTO t VALUES (1); COMMIT; INSERT INTO t VALUES (2)"), .ready(),
            .query("INSERT INTO t VALUES (3); SELECT 1/0; INSERT INTO t VALUES (4)"), .ready(),
            .query("BEGIN; INSERT INTO t VALUES (5)"), .ready(), .query("SELECT 1/0"), .ready(), .query("SELECT 1"), .ready(), .query("COMMIT"), .ready(),
            .query("COMMIT; BEGIN; SELECT 6"), .ready(), .query("ROLLBACK AND CHAIN"), .ready(), .query("ROLLBACK"), .ready(),
            .query("SELECT id FROM t ORDER BY id"), .ready(),
        ]),
        Conversation("texts that come before the answers to those ahead of them", [
            .query("SELECT 1"), .query("SELECT 1/0"), .query("BEGIN"), .query("SELECT 2"), .query("ROLLBACK"), .query("SELECT 3"), .ready(6),
        ]),
        Conversation("what takes the state of a session away", [
            .query("SET work_mem = '7MB'"), .ready(), .query("SET DateStyle = 'German'; SET application_name = 'till'"), .ready(), .query("PREPARE p AS SELECT 1"), .ready(), .query("EXECUTE p"), .ready(),
            .query("DEALLOCATE ALL"), .ready(), .query("RESET ALL"), .ready(), .query("SHOW work_mem"), .ready(), .query("DISCARD ALL"), .ready(),
        ]),
        Conversation("a client that sends no more and still listens", [.query("SELECT pg_sleep(0.2)"), .query("SELECT generate_series(1, 1000)"), .finish]),
    ]

    private static let extended: [Conversation] = [
        Conversation("several Syncs under way, with errors in their middle", before: table,
                     Step.run("INSERT INTO t VALUES (1)") + [.sync] + Step.run("SELECT 1/0") + Step.run("INSERT INTO t VALUES (2)") + [.sync]
                         + Step.run("INSERT INTO t VALUES (3) RETURNING id") + [.sync, .sync] + Step.run("SELEKT") + Step.run("SELECT 1") + [.sync]
                         + Step.run("SELECT id FROM t ORDER BY id") + [.sync, .ready(6)]),
        Conversation("a block across Syncs, failed in one of them",
                     Step.run("BEGIN") + [.sync] + Step.run("SELECT $1::int", ["x"]) + [.sync] + Step.run("SELECT 1") + [.sync] + Step.run("ROLLBACK") + [.sync, .ready(4)]),
        Conversation("Flush without Sync", [
            .parse("SELECT $1::int + 1"), .describe("S"), .flush, .hear(.rowDescription, 1), .bind(["41"]), .execute(), .flush, .hear(.commandComplete, 1),
            .parse("SELEKT"), .flush, .hear(.error, 1), .bind(), .execute(), .flush, .sync, .ready(),
        ]),
        Conversation("portals that are suspended", [
            .parse("SELECT generate_series(1, 5)"), .bind(), .execute(rows: 2), .execute(rows: 2), .execute(rows: 2), .sync, .ready(),
            .query("BEGIN"), .ready(),
            .parse("SELECT generate_series(1, 5)", name: "s"), .bind(portal: "a", statement: "s"), .bind(portal: "b", statement: "s"), .sync, .ready(),
            .execute("a", rows: 2), .execute("b", rows: 3), .sync, .ready(), .execute("a", rows: 2), .flush, .hear(.portalSuspended, 1),
            .close("P", "b"), .execute("a", rows: 9), .sync, .ready(), .execute("b"), .sync, .ready(), .query("ROLLBACK"), .ready(),
            .close("S", "s"), .sync, .ready(),
        ]),
        Conversation("a portal that ends with its implicit transaction", [
            .parse("SELECT generate_series(1, 5)"), .bind(portal: "p"), .execute("p", rows: 2), .sync, .ready(), .execute("p", rows: 2), .sync, .ready(),
        ]),
        Conversation("named statements: made, described, used, closed, and those that never were", [
            .parse("SELECT $1::int", name: "s"), .sync, .ready(), .describe("S", "s"), .bind(["7"], statement: "s"), .describe("P"), .execute(), .sync, .ready(),
            .parse("SELECT 2", name: "s"), .sync, .ready(), .close("S", "s"), .parse("SELECT 2", name: "s"), .bind(statement: "s"), .execute(), .sync, .ready(),
            .close("S", "never"), .close("P", "never"), .sync, .ready(), .bind(statement: "never"), .sync, .ready(), .close("S", "s"), .sync, .ready(),
            .parse("SELEKT", name: "bad"), .sync, .ready(), .bind(statement: "bad"), .sync, .ready(),
        ]),
        Conversation("the unnamed statement outlives a Sync, and no Query", [
            .parse("SELECT 1"), .sync, .ready(), .bind(), .execute(), .sync, .ready(), .query("SELECT 2"), .ready(), .bind(), .execute(), .sync, .ready(),
        ]),
        Conversation("empty statements and those without rows", Step.run("") + [.sync] + Step.run("SET work_mem = DEFAULT") + [.sync, .ready(2)]),
    ]

    private static let copies: [Conversation] = [
        Conversation("COPY in, to its end, in both protocols", before: table, [
            .query("COPY t FROM STDIN"), .hear(.copyIn, 1), .copyData("1\tone\n2\tt"), .copyData("wo\n"), .copyDone, .ready(),
            .parse("COPY t FROM STDIN"), .bind(), .execute(), .sync, .hear(.copyIn, 1), .copyData("3\tthree\n"), .copyDone, .sync, .ready(),
            .query("SELECT * FROM t ORDER BY id"), .ready(),
        ]),
        Conversation("COPY in whose data comes with it", before: table, [
            .query("COPY t FROM STDIN; SELECT 1"), .copyData("1\tone\n"), .copyDone, .ready(),
        ]),
        Conversation("COPY in that the client fails", before: table, [
            .query("COPY t FROM STDIN"), .hear(.copyIn, 1), .copyData("1\tone\n"), .copyFail("no more"), .ready(),
            .parse("COPY t FROM STDIN"), .bind(), .execute(), .flush, .hear(.copyIn, 1), .copyFail("no more"), .sync, .ready(),
            .query("SELECT count(*) FROM t"), .ready(),
        ]),
        Conversation("COPY in that the node fails while the client goes on", before: table, [
            .query("COPY t FROM STDIN"), .hear(.copyIn, 1), .copyData("x\tone\n"), .copyData("1\tone\n"), .copyDone, .ready(), .query("SELECT 1"), .ready(),
            .parse("COPY t FROM STDIN"), .bind(), .execute(), .flush, .hear(.copyIn, 1), .copyData("x\n"), .copyData("1\tone\n"), .hear(.error, 1),
            .copyData("2\ttwo\n"), .copyDone, .parse("SELECT 1"), .sync, .ready(), .query("SELECT count(*) FROM t"), .ready(),
        ]),
        Conversation("a Sync before CopyDone is none", before: table, [
            .parse("COPY t FROM STDIN"), .bind(), .execute(), .flush, .hear(.copyIn, 1), .copyData("1\tone\n"), .sync, .flush, .copyData("2\ttwo\n"), .copyDone, .sync, .ready(),
            .query("SELECT count(*) FROM t"), .ready(),
        ]),
        Conversation("COPY in of a failed block, and of a table that is not there", before: table, [
            .query("COPY nowhere FROM STDIN"), .ready(), .query("BEGIN"), .ready(), .query("COPY t FROM STDIN"), .hear(.copyIn, 1), .copyData("x\n"), .copyDone, .ready(),
            .query("COPY t FROM STDIN"), .ready(), .query("ROLLBACK"), .ready(),
        ]),
        Conversation("COPY out, and one that fails in the middle", [
            .query("COPY (SELECT generate_series(1, 3)) TO STDOUT"), .ready(),
            .query("COPY (SELECT 1 / (3 - g) FROM generate_series(1, 5) g) TO STDOUT"), .ready(),
        ] + Step.run("COPY (SELECT generate_series(1, 3)) TO STDOUT") + Step.run("COPY (SELECT 1 / (3 - g) FROM generate_series(1, 5) g) TO STDOUT")
            + Step.run("SELECT 1") + [.sync, .ready()]),
    ]

    /// `int4pl` and `int4div`.
    private static let calls = Conversation("function calls", [
        .call(177, ["40", "2"]), .ready(), .call(154, ["1", "0"]), .ready(), .query("BEGIN"), .ready(), .call(177, ["1", "1"]), .ready(),
        .call(154, ["1", "0"]), .ready(), .call(177, ["1", "1"]), .ready(), .query("ROLLBACK"), .ready(),
    ])
}
