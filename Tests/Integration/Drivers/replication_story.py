"""What a consumer of changes does through psycopg 2: a logical slot, its stream, feedback, and SQL beside it. Address and user in libpq's environment."""
import psycopg2
import psycopg2.extras

plain = psycopg2.connect("", user="app")
plain.autocommit = True
cursor = plain.cursor()
cursor.execute("CREATE TABLE replication_story (id int PRIMARY KEY, note text)")

connection = psycopg2.connect("", connection_factory=psycopg2.extras.LogicalReplicationConnection)
stream = connection.cursor()
stream.execute("IDENTIFY_SYSTEM")
system, timeline, position, database = stream.fetchone()
assert timeline == 1 and database == "app", (system, timeline, position, database)
stream.execute("SELECT 6 * 7")
assert stream.fetchone() == (42,), "a walsender for a database speaks SQL too"
stream.create_replication_slot("story", output_plugin="test_decoding")

cursor.execute("INSERT INTO replication_story SELECT g, repeat('x', 1000) FROM generate_series(1, 3000) g")
cursor.execute("INSERT INTO replication_story VALUES (0, 'the end')")

stream.start_replication(slot_name="story", decode=True)
rows = []


def consume(message):
    if "INSERT" in message.payload:
        rows.append(message.payload)
    message.cursor.send_feedback(flush_lsn=message.data_start, reply=True)
    if "the end" in message.payload:
        raise psycopg2.extras.StopReplication()


try:
    stream.consume_stream(consume, keepalive_interval=1)
    raise AssertionError("the stream ended by itself")
except psycopg2.extras.StopReplication:
    pass
assert len(rows) == 3001, len(rows)
connection.close()

again = psycopg2.connect("", connection_factory=psycopg2.extras.LogicalReplicationConnection)
again.cursor().drop_replication_slot("story")
again.close()
cursor.execute("SELECT count(*) FROM replication_story")
assert cursor.fetchone() == (3001,)
print("replication story told")
