"""What an application does through psycopg 3, whose statements are prepared on the server once they come often, and whose pipeline sends ahead."""
import threading
import time

import psycopg

ROWS = 20_000

with psycopg.connect("") as connection:
    for number in range(20):
        assert connection.execute("SELECT %s::int * 2", (number,), prepare=True).fetchone() == (number * 2,)

    connection.execute("CREATE TABLE psycopg3_story (id int PRIMARY KEY, note text)")
    with connection.cursor() as cursor:
        with cursor.copy("COPY psycopg3_story FROM STDIN") as copy:
            for number in range(ROWS):
                copy.write_row((number, f"note {number}"))
        with cursor.copy("COPY (SELECT * FROM psycopg3_story ORDER BY id) TO STDOUT") as copy:
            copy.set_types(["int4", "text"])
            assert list(copy.rows()) == [(number, f"note {number}") for number in range(ROWS)]
    connection.commit()

    with connection.pipeline():
        cursors = [connection.execute("SELECT %s::int", (number,)) for number in range(100)]
    assert [cursor.fetchone()[0] for cursor in cursors] == list(range(100))
    connection.commit()

    threading.Timer(0.3, connection.cancel).start()
    began = time.monotonic()
    try:
        connection.execute("SELECT pg_sleep(60)")
        raise AssertionError("nothing was cancelled")
    except psycopg.errors.QueryCanceled:
        assert time.monotonic() - began < 20
    connection.rollback()
    assert connection.execute("SELECT count(*) FROM psycopg3_story").fetchone() == (ROWS,)
print("psycopg3 story told")
