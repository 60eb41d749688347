"""What an application does through psycopg 2: log in, ask, copy both ways, cancel, go on. Address and user in libpq's environment."""
import io
import threading
import time

import psycopg2
import psycopg2.extensions

ROWS = 20_000

connection = psycopg2.connect("")
cursor = connection.cursor()

cursor.execute("SELECT %s::int + 1, %s::text, NULL", (41, "naïve ☃"))
assert cursor.fetchone() == (42, "naïve ☃", None)

cursor.execute("CREATE TABLE psycopg2_story (id int PRIMARY KEY, note text)")
lines = "".join(f"{number}\tnote {number}\n" for number in range(ROWS))
cursor.copy_expert("COPY psycopg2_story FROM STDIN", io.StringIO(lines))
connection.commit()
copied = io.StringIO()
cursor.copy_expert("COPY (SELECT * FROM psycopg2_story ORDER BY id) TO STDOUT", copied)
assert copied.getvalue() == lines, "what came out is not what went in"

try:
    cursor.copy_expert("COPY psycopg2_story FROM STDIN", io.StringIO("1\ttwice\n"))
    raise AssertionError("a duplicate key was accepted")
except psycopg2.errors.UniqueViolation:
    connection.rollback()

with connection.cursor("by_the_server") as named:
    named.itersize = 1000
    named.execute("SELECT id FROM psycopg2_story ORDER BY id")
    assert sum(1 for _ in named) == ROWS
connection.commit()

threading.Timer(0.3, connection.cancel).start()
began = time.monotonic()
try:
    cursor.execute("SELECT pg_sleep(60)")
    raise AssertionError("nothing was cancelled")
except psycopg2.extensions.QueryCanceledError:
    assert time.monotonic() - began < 20
connection.rollback()

cursor.execute("SELECT count(*) FROM psycopg2_story")
assert cursor.fetchone() == (ROWS,)
connection.close()
print("psycopg2 story told")
