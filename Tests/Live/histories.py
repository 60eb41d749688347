"""Clients that write rows with numbers of their own and keep account of every answer, so that the rows can be held against it afterwards."""

import collections
import itertools
import random as randomness
import threading
import time

import psycopg
import psycopg2

TABLE = "CREATE TABLE load (id bigint PRIMARY KEY, block bigint NOT NULL)"
# The work may or may not be there: the connection or its answer was lost, or the server was stopped while it waited for its standby.
UNKNOWN = {"08007", "57P01", None}
# Seconds a client rests before it connects again.
REST = 0.05

Entry = collections.namedtuple("Entry", "ids outcome state at began ended")


class History:
    """What was answered: acknowledged, failed, or unknown."""

    def __init__(self):
        self.lock = threading.Lock()
        self.entries, self.lost, self.refused = [], 0, collections.Counter()
        self.numbers = itertools.count(1)
        self.surprise = None

    def add(self, entry):
        with self.lock:
            self.entries.append(entry)

    def ids(self, outcome):
        return {one for entry in self.entries if entry.outcome == outcome for one in entry.ids}

    def errors(self):
        """How often each SQLSTATE."""
        return collections.Counter(str(entry.state) for entry in self.entries if entry.outcome != "acknowledged")

    def longest_gap(self):
        """Seconds without an acknowledgement by any client."""
        times = sorted(entry.ended for entry in self.entries if entry.outcome == "acknowledged")
        return max((later - earlier for earlier, later in zip(times, times[1:])), default=0.0)

    def check(self, rows):
        """Holds the rows that are there, (id, block), against every answer; the complaints."""
        if self.surprise:
            raise self.surprise
        there = {one for one, _ in rows}
        complaints = []
        missing, resurrected = self.ids("acknowledged") - there, self.ids("failed") & there
        if missing:
            complaints.append(f"{len(missing)} acknowledged rows are missing: {sorted(missing)[:10]}")
        if resurrected:
            told = {(entry.state, entry.at) for entry in self.entries if entry.outcome == "failed" and resurrected & set(entry.ids)}
            complaints.append(f"{len(resurrected)} rows are there whose work was said to have failed with {told}: {sorted(resurrected)[:10]}")
        strangers = there - {one for entry in self.entries for one in entry.ids}
        if strangers:
            complaints.append(f"{len(strangers)} rows nobody wrote: {sorted(strangers)[:10]}")
        halves = [entry.ids for entry in self.entries if 0 < len(there & set(entry.ids)) < len(entry.ids)]
        if halves:
            complaints.append(f"{len(halves)} blocks are there in part: {halves[:5]}")
        return complaints


class Writer(threading.Thread):
    """One client: single statements and blocks, through psycopg 2 or, with prepared statements, psycopg 3."""

    def __init__(self, playground, history, number, pause=0.005):
        super().__init__(daemon=True)
        self.playground, self.history, self.pause = playground, history, pause
        self.random = randomness.Random(number)
        self.is_modern = number % 2 == 1
        self.stopped = False
        self.connection = self.log_in()

    def log_in(self):
        if self.is_modern:
            connection = self.playground.connect(driver="psycopg")
            connection.prepare_threshold = 2
        else:
            connection = self.playground.connect()
        connection.autocommit = True
        return connection

    def run(self):
        try:
            while not self.stopped:
                if self.connection is None:
                    self.reconnect()
                elif self.random.random() < 0.5:
                    self.write(["INSERT INTO load VALUES (%s, %s)"], 1)
                else:
                    self.write(["BEGIN", "INSERT INTO load VALUES (%s, %s)", "SELECT count(*) FROM load WHERE id = %s", "INSERT INTO load VALUES (%s, %s)", "COMMIT"], 2)
                time.sleep(self.pause)
        except Exception as surprise:
            self.history.surprise = surprise

    def reconnect(self):
        try:
            self.connection = self.log_in()
        except (psycopg2.OperationalError, psycopg.OperationalError) as refusal:
            # Allowed while there is no primary; what matters is that it ends.
            self.history.refused[str(refusal).strip().splitlines()[-1]] += 1
            time.sleep(REST)

    def write(self, statements, count):
        with self.history.lock:
            ids = [next(self.history.numbers) for _ in range(count)]
        began, remaining, outcome, state, at = time.monotonic(), list(ids), "acknowledged", None, ""
        for statement in statements:
            values = ()
            if statement.startswith("INSERT"):
                values = (remaining.pop(0), ids[0])
            elif "%s" in statement:
                values = (ids[0],)
            try:
                cursor = self.connection.cursor()
                cursor.execute(statement, values)
                if statement == "COMMIT" and cursor.statusmessage != "COMMIT":
                    outcome, state = "failed", cursor.statusmessage
            except (psycopg2.Error, psycopg.Error) as failure:
                state = getattr(failure, "pgcode", None) or getattr(failure, "sqlstate", None)
                at, ends = statement.split()[0], statement == statements[-1]
                outcome = "unknown" if ends and state in UNKNOWN else "failed"
                self.leave(len(statements) > 1)
                break
        self.history.add(Entry(ids, outcome, state, at, began, time.monotonic()))

    def leave(self, is_block):
        """Out of the failed block; a connection that is gone is one lost."""
        if self.connection.closed:
            self.history.lost += 1
            self.connection = None
        elif is_block:
            try:
                self.connection.cursor().execute("ROLLBACK")
            except (psycopg2.Error, psycopg.Error):
                if self.connection.closed:
                    self.history.lost += 1
                    self.connection = None


class Load:
    """So many writers on a playground; `with` stops them."""

    def __init__(self, playground, clients, pause=0.005):
        self.history = History()
        self.playground = playground
        connection = playground.connect()
        connection.autocommit = True
        connection.cursor().execute(TABLE)
        connection.close()
        self.writers = [Writer(playground, self.history, number, pause) for number in range(clients)]

    def __enter__(self):
        for writer in self.writers:
            writer.start()
        return self

    def __exit__(self, *_):
        for writer in self.writers:
            writer.stopped = True
        for writer in self.writers:
            writer.join(60)
            if writer.is_alive():
                raise AssertionError("a client still waits for its answer after 60 s")

    def rows(self):
        connection = self.playground.connect()
        cursor = connection.cursor()
        cursor.execute("SELECT id, block FROM load")
        rows = cursor.fetchall()
        connection.close()
        return rows
