"""What psycopg 3 does with the administrator's database: admin_story.py PORT."""
import sys

import psycopg

with psycopg.connect(host="127.0.0.1", port=int(sys.argv[1]), user="ops", password="secret", dbname="understudy", autocommit=True) as connection:
    for binary in (False, True):
        cursor = connection.cursor(binary=binary)
        rows = dict(cursor.execute("SHOW LISTS").fetchall())
        assert isinstance(rows["used_clients"], int) and rows["used_clients"] >= 1, rows
        assert cursor.execute("SHOW VERSION").fetchone()[0].startswith("understudy")
    try:
        connection.execute("NONSENSE")
        raise AssertionError("it was taken")
    except psycopg.errors.SyntaxError:
        pass
    connection.execute("RECONNECT")
    assert connection.execute("SHOW STATE").fetchall()[0] == ("active", "yes")
    # The same statement often enough to be prepared by name.
    for _ in range(8):
        assert connection.execute("SHOW DATABASES").description[0].name == "name"
    with connection.pipeline():
        first, second = connection.execute("SHOW POOLS"), connection.execute("SHOW STATS")
        first.fetchall(), second.fetchall()
        assert first.description[0].name == "database" and second.description[0].name == "database"
print("done")
