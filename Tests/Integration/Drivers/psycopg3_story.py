"""What an application does through psycopg 3: statements prepared on the server once they come often, pipelines, COPY both ways, binary results, cursors on the
server, notifications, cancel. Address and user in libpq's environment. Told to PostgreSQL itself it must pass unchanged: that is what proves the story.
"""
import threading
import time
import uuid

import psycopg
from psycopg import sql

ROWS = 20_000
# More than any backend may keep prepared, so that the oldest are dropped.
STATEMENTS = 300
# Seconds in which a cancel or a notification must arrive.
PATIENCE = 20
TABLE = sql.Identifier("story_" + uuid.uuid4().hex[:12])


def prepared(connection):
    for number in range(20):
        assert connection.execute("SELECT %s::int * 2", (number,), prepare=True).fetchone() == (number * 2,)
    connection.commit()


def prepared_at_once(connection):
    """Every statement is prepared at its first execution; DEALLOCATE drops the least recent."""
    connection.prepare_threshold, connection.prepared_max = 0, 10
    for turn in range(2):
        for number in range(STATEMENTS // 10):
            query = sql.SQL("SELECT {} + %s::int").format(sql.Literal(number))
            assert connection.execute(query, (turn,)).fetchone() == (number + turn,)
            connection.commit()
    connection.prepared_max = 2 * STATEMENTS
    for turn in range(2):
        for number in range(STATEMENTS):
            query = sql.SQL("SELECT {} * %s::int").format(sql.Literal(number))
            assert connection.execute(query, (turn,)).fetchone() == (number * turn,)
            connection.commit()
    connection.prepare_threshold, connection.prepared_max = 5, 100


def changed_under_a_plan(connection):
    """A table that changes under a prepared statement: PostgreSQL may refuse the cached plan once, and the statement works again after that."""
    name = sql.Identifier("changing_" + uuid.uuid4().hex[:12])
    connection.execute(sql.SQL("CREATE TABLE {} (a int)").format(name))
    connection.execute(sql.SQL("INSERT INTO {} VALUES (1)").format(name))
    connection.commit()
    query = sql.SQL("SELECT * FROM {}").format(name)
    assert connection.execute(query, prepare=True).fetchone() == (1,)
    connection.commit()
    connection.execute(sql.SQL("ALTER TABLE {} ADD b int DEFAULT 2").format(name))
    connection.commit()
    for _ in range(2):
        try:
            row = connection.execute(query, prepare=True).fetchone()
            connection.commit()
            break
        except psycopg.errors.FeatureNotSupported:
            connection.rollback()
            connection.execute("DEALLOCATE ALL")
            connection.commit()
    assert row == (1, 2), row
    connection.execute(sql.SQL("DROP TABLE {}").format(name))
    connection.commit()


def copies(connection):
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE TABLE {} (id int PRIMARY KEY, note text)").format(TABLE))
        with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(TABLE)) as copy:
            for number in range(ROWS):
                copy.write_row((number, f"note {number}"))
        with cursor.copy(sql.SQL("COPY (SELECT * FROM {} ORDER BY id) TO STDOUT").format(TABLE)) as copy:
            copy.set_types(["int4", "text"])
            assert list(copy.rows()) == [(number, f"note {number}") for number in range(ROWS)]
        connection.commit()
        with cursor.copy(sql.SQL("COPY (SELECT id FROM {} ORDER BY id) TO STDOUT (FORMAT binary)").format(TABLE)) as copy:
            copy.set_types(["int4"])
            assert [row[0] for row in copy.rows()] == list(range(ROWS))
    connection.commit()


def copies_that_fail(connection):
    """The server stops in the middle, the client stops in the middle, a COPY out breaks off; every time the session goes on."""
    def goes_on():
        connection.rollback()
        assert connection.execute(sql.SQL("SELECT count(*) FROM {}").format(TABLE)).fetchone() == (ROWS,)
        connection.commit()

    into = sql.SQL("COPY {} FROM STDIN").format(TABLE)
    try:
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            for number in range(ROWS, 2 * ROWS):
                copy.write_row((number if number != ROWS + 100 else 1, "twice"))
        raise AssertionError("a duplicate key was accepted")
    except psycopg.errors.UniqueViolation:
        goes_on()
    try:
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.write("not a number\tat all\n")
            for number in range(ROWS):
                copy.write_row((ROWS + number, "ignored"))
        raise AssertionError("a wrong line was accepted")
    except psycopg.errors.InvalidTextRepresentation:
        goes_on()
    try:
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            copy.write_row((-1, "begun"))
            raise ZeroDivisionError
    # psycopg ends the COPY with CopyFail, which the server answers with this.
    except psycopg.errors.QueryCanceled:
        goes_on()
    try:
        with connection.cursor() as cursor, cursor.copy("COPY (SELECT 1 / (5000 - n) FROM generate_series(1, 10000) AS n) TO STDOUT") as copy:
            for _ in copy:
                pass
        raise AssertionError("a division by zero was copied")
    except psycopg.errors.DivisionByZero:
        goes_on()
    with connection.cursor() as cursor:
        try:
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(TABLE)) as copy:
                next(iter(copy))
                raise ZeroDivisionError
        except ZeroDivisionError:
            goes_on()


def pipelines(connection):
    with connection.pipeline():
        cursors = [connection.execute("SELECT %s::int", (number,)) for number in range(100)]
    assert [cursor.fetchone()[0] for cursor in cursors] == list(range(100))
    connection.commit()

    # Several Syncs, an error between the first and the second: what follows the error up to its Sync never ran, what follows the Sync did.
    connection.autocommit = True
    with connection.pipeline() as pipeline:
        first = connection.execute("SELECT 1")
        pipeline.sync()
        assert first.fetchone() == (1,)
        skipped = connection.cursor()
        try:
            connection.execute("SELECT 1 / 0")
            # The error comes when it comes: here, or with the Sync.
            skipped.execute("SELECT 2")
            pipeline.sync()
            raise AssertionError("a division by zero succeeded")
        except psycopg.errors.DivisionByZero:
            pass
        try:
            skipped.fetchone()
            raise AssertionError("a statement after an error ran")
        except (psycopg.errors.PipelineAborted, psycopg.ProgrammingError):
            pipeline.sync()
        last = connection.execute("SELECT 3")
        pipeline.sync()
        assert last.fetchone() == (3,)
    with connection.pipeline():
        with connection.transaction():
            inserted = connection.execute(sql.SQL("INSERT INTO {} VALUES (-5, 'piped') RETURNING id").format(TABLE))
        with connection.transaction():
            removed = connection.execute(sql.SQL("DELETE FROM {} WHERE id = -5 RETURNING note").format(TABLE))
    assert (inserted.fetchone(), removed.fetchone()) == ((-5,), ("piped",))
    connection.autocommit = False


def binary(connection):
    with connection.cursor(binary=True) as cursor:
        cursor.execute("SELECT %b::int8, %b::bytea, %b::text, %b::uuid", (1 << 40, b"\0\x01\xff", "naïve ☃", uuid.UUID(int=7)))
        assert cursor.fetchone() == (1 << 40, b"\0\x01\xff", "naïve ☃", uuid.UUID(int=7))
        cursor.execute("SELECT n, n::float8 / 2 FROM generate_series(1, 1000) AS n")
        assert [row for row in cursor] == [(n, n / 2) for n in range(1, 1001)]
    connection.commit()


def cursors(connection):
    with connection.cursor("within") as cursor:
        cursor.itersize = 1000
        cursor.execute(sql.SQL("SELECT id FROM {} ORDER BY id").format(TABLE))
        assert sum(1 for _ in cursor) == ROWS
    connection.commit()
    # WITH HOLD outlives its transaction: other transactions in between must not lose it.
    with connection.cursor("held", withhold=True, scrollable=True) as cursor:
        cursor.execute(sql.SQL("SELECT id FROM {} ORDER BY id").format(TABLE))
        connection.commit()
        for expected in range(0, 50, 5):
            assert [row[0] for row in cursor.fetchmany(5)] == list(range(expected, expected + 5))
            connection.commit()
        cursor.scroll(0, mode="absolute")
        assert cursor.fetchone() == (0,)
        connection.commit()
    connection.commit()


def notifications(connection):
    """LISTEN lasts across transactions, and what is notified comes also while the session is idle."""
    channel = "story_" + uuid.uuid4().hex[:12]
    connection.autocommit = True
    connection.execute(f"LISTEN {channel}")
    connection.execute("SELECT 1")
    with psycopg.connect("", autocommit=True) as other:
        other.execute("SELECT pg_notify(%s, %s)", (channel, "from another session"))
        threading.Timer(0.3, lambda: other.execute("SELECT pg_notify(%s, %s)", (channel, "while idle"))).start()
        # The messages come by themselves; the timer only ends a wait that would be for ever.
        guard = threading.Timer(PATIENCE, connection.cancel)
        guard.start()
        heard = []
        for notice in connection.notifies():
            heard.append(notice.payload)
            if len(heard) == 2:
                break
        guard.cancel()
        assert heard == ["from another session", "while idle"], heard
    connection.execute(f"UNLISTEN {channel}")
    connection.autocommit = False


def session_state(connection):
    """What a session sets stays set, whichever backend serves it."""
    connection.autocommit = True
    connection.execute("SET statement_timeout = '12345ms'")
    connection.execute("SET TIME ZONE 'Asia/Tokyo'")
    connection.execute("SELECT set_config('application_name', 'story', false)")
    for _ in range(5):
        asked = connection.execute("SELECT current_setting('statement_timeout'), current_setting('TimeZone'), current_setting('application_name')").fetchone()
        assert asked == ("12345ms", "Asia/Tokyo", "story"), asked
    assert connection.info.parameter_status("TimeZone") == "Asia/Tokyo"
    connection.execute("RESET ALL")
    connection.execute("CREATE TEMP TABLE mine (n int)")
    connection.execute("INSERT INTO mine VALUES (1)")
    assert connection.execute("SELECT n FROM mine").fetchone() == (1,)
    connection.execute("DROP TABLE mine")
    connection.execute("SELECT pg_advisory_lock(4242)")
    assert connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND pid = pg_backend_pid()").fetchone() == (1,)
    assert connection.execute("SELECT pg_advisory_unlock(4242)").fetchone() == (True,)
    connection.autocommit = False


def cancels(connection):
    ended = threading.Event()

    def cancel():
        # Again and again: one that overtakes the statement cancels nothing.
        while not ended.wait(0.3):
            connection.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    began = time.monotonic()
    try:
        connection.execute("SELECT pg_sleep(60)")
        raise AssertionError("nothing was cancelled")
    except psycopg.errors.QueryCanceled:
        assert time.monotonic() - began < PATIENCE
    finally:
        ended.set()
        canceller.join()
    connection.rollback()


def main():
    parts = (prepared, prepared_at_once, copies, changed_under_a_plan, copies_that_fail, pipelines, binary, cursors, notifications, session_state, cancels)
    with psycopg.connect("") as connection:
        for part in parts:
            try:
                part(connection)
            except Exception as failure:
                raise AssertionError(f"in {part.__name__}") from failure
        assert connection.execute(sql.SQL("SELECT count(*) FROM {}").format(TABLE)).fetchone() == (ROWS,)
        connection.execute(sql.SQL("DROP TABLE {}").format(TABLE))
    print("psycopg3 story told")


main()
