"""What an application does through asyncpg, which speaks the protocol itself: it prepares every statement, sends Describe with Flush, reads in binary, and keeps a
cache of statements. Address and user in libpq's environment. Told to PostgreSQL itself it must pass unchanged.
"""
import asyncio
import datetime
import io
import uuid

import asyncpg

ROWS = 20_000
# Seconds in which a cancel or a notification must arrive.
PATIENCE = 20
TABLE = "story_" + uuid.uuid4().hex[:12]


async def statements(connection):
    for number in range(200):
        # A text of its own each: asyncpg's cache holds 100, and closes the oldest.
        assert await connection.fetchval(f"SELECT $1::int + {number}", 1) == number + 1
    statement = await connection.prepare("SELECT $1::int8 AS a, $2::text AS b, $3::timestamptz AS c, $4::jsonb AS d, $5::int[] AS e")
    assert [attribute.name for attribute in statement.get_attributes()] == ["a", "b", "c", "d", "e"]
    noon = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.timezone.utc)
    for number in range(20):
        row = await statement.fetchrow(number, "naïve ☃", noon, '{"k": 1}', [1, None, 3])
        assert tuple(row) == (number, "naïve ☃", noon, '{"k": 1}', [1, None, 3])
    await connection.executemany(f"INSERT INTO {TABLE} VALUES ($1, $2)", [(-number, f"many {number}") for number in range(1, 501)])
    assert await connection.execute(f"DELETE FROM {TABLE} WHERE id < 0") == "DELETE 500"
    # Several statements in one simple query.
    assert await connection.execute("SELECT 1; SELECT 2; SELECT 3") == "SELECT 1"


async def changed_under_a_plan(connection):
    """asyncpg prepares again by itself where PostgreSQL refuses a cached plan."""
    name = "changing_" + uuid.uuid4().hex[:12]
    await connection.execute(f"CREATE TABLE {name} (a int); INSERT INTO {name} VALUES (1)")
    assert tuple(await connection.fetchrow(f"SELECT * FROM {name}")) == (1,)
    await connection.execute(f"ALTER TABLE {name} ADD b int DEFAULT 2")
    assert tuple(await connection.fetchrow(f"SELECT * FROM {name}")) == (1, 2)
    await connection.execute(f"DROP TABLE {name}")


async def copies(connection):
    records = [(number, f"note {number}") for number in range(ROWS)]
    assert await connection.copy_records_to_table(TABLE, records=records) == f"COPY {ROWS}"
    out = io.BytesIO()
    await connection.copy_from_query(f"SELECT * FROM {TABLE} ORDER BY id", output=out)
    assert out.getvalue() == "".join(f"{number}\tnote {number}\n" for number in range(ROWS)).encode(), "what came out is not what went in"
    try:
        await connection.copy_records_to_table(TABLE, records=[(ROWS + 1, "new"), (1, "twice")])
        raise AssertionError("a duplicate key was accepted")
    except asyncpg.UniqueViolationError:
        pass

    async def broken():
        yield b"50001\tbegun\n"
        raise ZeroDivisionError

    try:
        await connection.copy_to_table(TABLE, source=broken())
        raise AssertionError("a source that broke off was accepted")
    except ZeroDivisionError:
        pass
    try:
        await connection.copy_from_query("SELECT 1 / (5000 - n) FROM generate_series(1, 10000) AS n", output=io.BytesIO())
        raise AssertionError("a division by zero was copied")
    except asyncpg.DivisionByZeroError:
        pass
    assert await connection.fetchval(f"SELECT count(*) FROM {TABLE}") == ROWS


async def transactions(connection):
    """Nested ones are savepoints; an error within one leaves the outer alive."""
    async with connection.transaction():
        await connection.execute(f"INSERT INTO {TABLE} VALUES (-1, 'kept')")
        try:
            async with connection.transaction():
                await connection.execute(f"INSERT INTO {TABLE} VALUES (1, 'twice')")
        except asyncpg.UniqueViolationError:
            pass
        assert await connection.fetchval("SELECT 42") == 42
    assert await connection.execute(f"DELETE FROM {TABLE} WHERE id = -1") == "DELETE 1"
    async with connection.transaction():
        # A portal that is read in parts: Execute with a limit, suspended in between.
        total = 0
        async for row in connection.cursor(f"SELECT id FROM {TABLE} ORDER BY id", prefetch=1000):
            assert row["id"] == total
            total += 1
        assert total == ROWS
        portal = await connection.cursor("SELECT generate_series(1, 100)")
        assert len(await portal.fetch(30)) == 30
        assert await portal.forward(20) == 20
        assert [row[0] for row in await portal.fetch(100)] == list(range(51, 101))


async def notifications(connection):
    """LISTEN lasts across transactions, and what is notified comes also while the session is idle."""
    channel, heard = "story_" + uuid.uuid4().hex[:12], asyncio.Queue()

    def hear(_, __, ___, payload):
        heard.put_nowait(payload)

    await connection.add_listener(channel, hear)
    other = await asyncpg.connect()
    for payload in ("one", "two"):
        await other.execute("SELECT pg_notify($1, $2)", channel, payload)
        assert await asyncio.wait_for(heard.get(), PATIENCE) == payload
        assert await connection.fetchval("SELECT 1") == 1
    await other.close()
    await connection.remove_listener(channel, hear)


async def cancels(connection):
    """A timeout is a cancel request on a connection of its own; the session goes on."""
    for _ in range(3):
        try:
            await connection.fetchval("SELECT pg_sleep(60)", timeout=0.5)
            raise AssertionError("nothing was cancelled")
        except asyncio.TimeoutError:
            pass
        assert await asyncio.wait_for(connection.fetchval("SELECT 7"), PATIENCE) == 7
    task = asyncio.ensure_future(connection.fetchval("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.5)
    task.cancel()
    try:
        await task
        raise AssertionError("nothing was cancelled")
    except asyncio.CancelledError:
        pass
    assert await asyncio.wait_for(connection.fetchval("SELECT 8"), PATIENCE) == 8


async def pools():
    """asyncpg's own pool resets a connection as it comes back: advisory locks, cursors, LISTEN, settings."""
    async with asyncpg.create_pool(min_size=2, max_size=8) as pool:
        async def work(number):
            async with pool.acquire() as connection:
                await connection.execute("SET application_name = 'borrowed'")
                return await connection.fetchval("SELECT $1::int * 2", number)

        assert await asyncio.gather(*(work(number) for number in range(200))) == [number * 2 for number in range(200)]


async def main():
    connection = await asyncpg.connect(server_settings={"application_name": "asyncpg story", "search_path": "public, pg_catalog"})
    assert await connection.fetchval("SELECT current_setting('search_path')") == "public, pg_catalog"
    await connection.execute(f"CREATE TABLE {TABLE} (id int PRIMARY KEY, note text)")
    for part in (statements, changed_under_a_plan, copies, transactions, notifications, cancels):
        try:
            await part(connection)
        except Exception as failure:
            raise AssertionError(f"in {part.__name__}") from failure
    await connection.execute(f"DROP TABLE {TABLE}")
    await connection.close()
    await pools()
    print("asyncpg story told")


asyncio.run(main())
