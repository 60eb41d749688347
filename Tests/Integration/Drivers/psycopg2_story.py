"""What an application does through psycopg 2: log in, ask, copy both ways, cancel, go on. Address and user in libpq's environment."""
import io
import threading
import time
import uuid

import psycopg2
import psycopg2.extensions

ROWS = 20_000
TABLE = "story_" + uuid.uuid4().hex[:12]

connection = psycopg2.connect("")
cursor = connection.cursor()

cursor.execute("SELECT %s::int + 1, %s::text, NULL", (41, "naïve ☃"))
assert cursor.fetchone() == (42, "naïve ☃", None)

cursor.execute(f"CREATE TABLE {TABLE} (id int PRIMARY KEY, note text)")
lines = "".join(f"{number}\tnote {number}\n" for number in range(ROWS))
cursor.copy_expert(f"COPY {TABLE} FROM STDIN", io.StringIO(lines))
connection.commit()
copied = io.StringIO()
cursor.copy_expert(f"COPY (SELECT * FROM {TABLE} ORDER BY id) TO STDOUT", copied)
assert copied.getvalue() == lines, "what came out is not what went in"

try:
    cursor.copy_expert(f"COPY {TABLE} FROM STDIN", io.StringIO("1\ttwice\n"))
    raise AssertionError("a duplicate key was accepted")
except psycopg2.errors.UniqueViolation:
    connection.rollback()

with connection.cursor("by_the_server") as named:
    named.itersize = 1000
    named.execute(f"SELECT id FROM {TABLE} ORDER BY id")
    assert sum(1 for _ in named) == ROWS
connection.commit()

ended = threading.Event()


def cancel():
    """Again and again: one that overtakes the statement cancels nothing."""
    while not ended.wait(0.3):
        connection.cancel()


canceller = threading.Thread(target=cancel)
canceller.start()
began = time.monotonic()
try:
    cursor.execute("SELECT pg_sleep(60)")
    raise AssertionError("nothing was cancelled")
except psycopg2.extensions.QueryCanceledError:
    assert time.monotonic() - began < 20
finally:
    ended.set()
    canceller.join()
connection.rollback()

cursor.execute(f"SELECT count(*) FROM {TABLE}")
assert cursor.fetchone() == (ROWS,)
cursor.execute(f"DROP TABLE {TABLE}")
connection.commit()
connection.close()
print("psycopg2 story told")
