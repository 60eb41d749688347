"""Random conversations of a client that keeps to the protocol, errors of every kind included."""

import wire

# What a simple query may say. Nothing here outlives its session.
STATEMENTS = [
    "SELECT 1", "SELECT 1; SELECT 2", "", ";", "SELECT 1/0", "SELECT 1; SELECT 1/0; SELECT 3", "nonsense", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "ROLLBACK TO a",
    "SET statement_timeout = '90s'", "SHOW statement_timeout", "RESET statement_timeout", "SET LOCAL work_mem = '5MB'", "SHOW work_mem", "SET TIME ZONE 'Asia/Tokyo'",
    "SHOW TimeZone", "RESET ALL", "DISCARD ALL", "SELECT n, repeat('x', n % 50) FROM generate_series(1, 500) AS n", "COPY (SELECT generate_series(1, 50)) TO STDOUT",
    "CREATE TEMP TABLE IF NOT EXISTS mine (a int)", "INSERT INTO mine VALUES (1)", "SELECT count(*) FROM mine", "COPY mine FROM STDIN", "BEGIN; SELECT 1; COMMIT",
    "PREPARE here AS SELECT 5", "EXECUTE here", "DEALLOCATE here", "DEALLOCATE ALL", "LISTEN fuzz", "NOTIFY fuzz, 'x'", "UNLISTEN *", "DO $$ BEGIN RAISE NOTICE 'said'; END $$",
    "DECLARE held CURSOR WITH HOLD FOR SELECT generate_series(1, 20)", "FETCH 3 FROM held", "CLOSE held", "SET application_name = 'fuzz'", "SHOW application_name",
    "SELECT set_config('work_mem', '7MB', false)", "/* a comment */ SELECT 7 -- and another", "SELECT $$a;b$$, 'c;d', \"e\" FROM (VALUES (1)) AS v(\"e\")",
]
# What a prepared statement may say, with the values it takes.
PREPARED = [
    ("SELECT $1::int + 1", ["41"]), ("SELECT $1::text", ["naïve ☃"]), ("SELECT $1::int", ["not a number"]), ("SELECT 10 / $1::int", ["0"]),
    ("SELECT generate_series(1, $1::int)", ["20"]), ("SELECT 1", []), ("BEGIN", []), ("COMMIT", []), ("nonsense", []), ("", []), ("SELECT $1::text IS NULL", [None]),
    ("COPY (SELECT generate_series(1, 5)) TO STDOUT", []), ("SET work_mem = '6MB'", []), ("SHOW work_mem", []),
]
NAMES = ["", "", "a", "b", "c"]
# Ends whatever is under way, so that what follows is answered: outside of COPY a CopyFail means nothing.
RESYNC = wire.copy_fail("over") + wire.SYNC + wire.query("ROLLBACK")


def conversation(random):
    """A list of messages."""
    messages = []
    for _ in range(random.randint(1, 15)):
        messages += random.choice((simple, simple, extended, extended, pipelined, stray))(random)
    return messages


def simple(random):
    statement = random.choice(STATEMENTS)
    messages = [wire.query(statement)]
    if statement.startswith("COPY mine"):
        messages += [wire.copy_data(b"%d\n" % number if random.random() < 0.95 else b"wrong\n") for number in range(random.randint(0, 20))]
        messages.append(random.choice((wire.COPY_DONE, wire.COPY_DONE, wire.copy_fail("enough"))))
    return messages


def extended(random):
    return [*steps(random), wire.SYNC]


def pipelined(random):
    messages = []
    for _ in range(random.randint(2, 5)):
        messages += steps(random)
        if random.random() < 0.3:
            messages.append(random.choice((wire.FLUSH, wire.SYNC)))
    return [*messages, wire.SYNC]


def steps(random):
    """Prepare, bind, describe, execute: the most of the time all of them, in this order."""
    name, portal = random.choice(NAMES), random.choice(("", "", "p"))
    statement, values = random.choice(PREPARED)
    messages = []
    # The unnamed statement is always its own Parse: what is left of another after an error is nobody's business.
    if not name or random.random() < 0.75:
        if name and random.random() < 0.7:
            messages.append(wire.close(b"S", name))
        messages.append(wire.parse(name, statement))
    if random.random() < 0.3:
        messages.append(wire.describe(b"S", name))
    if random.random() < 0.9:
        messages.append(wire.bind(portal, name, *values))
    if random.random() < 0.5:
        messages.append(wire.describe(b"P", portal))
    if random.random() < 0.9:
        messages += [wire.execute(portal, random.choice((0, 0, 0, 5)))] * random.choice((1, 1, 1, 2))
    if random.random() < 0.1:
        messages.append(wire.close(random.choice((b"S", b"P")), name))
    return messages


def stray(random):
    """What means nothing where it stands, and is allowed."""
    return [random.choice((wire.copy_data(b"stray\n"), wire.COPY_DONE, wire.SYNC, wire.FLUSH, wire.close(b"S", "never"), wire.SYNC))]
