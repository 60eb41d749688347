#!/usr/bin/python3
"""Mixed load for a long time: clients killed at random, the node restarted, pools resized; then the daemon must hold no more than at the start, and totals must add up.

    soak.py BINARY [--minutes 60] [--part 20] [--pool-mode transaction] [--seed 1] [--state .build/soak.json] [--report docs/soak.md]

The time is divided into parts, each with a daemon of its own. A part that was finished is remembered in the state file: an interrupted run continues behind it. With
--report the table in that file is written anew from all finished parts.
"""

import argparse
import collections
import contextlib
import datetime
import json
import os
import random as randomness
import subprocess
import sys
import threading
import time

import psycopg
import psycopg2

import fuzz_client
from histories import Load
from playground import Playground, eventually

WRITERS, READERS, PAUSE = 8, 4, 0.02
# Seconds between two faults, and between two samples.
FAULT_EVERY, SAMPLE_EVERY = (3, 9), 2
# The share of a part after which the first reading is taken: pools and caches are full by then.
WARM = 0.25
# Pools are resized between these.
POOL = (3, 20)
# Bytes and descriptors that the last reading may be above the first: what the allocator keeps, backends that stay warm.
MORE_BYTES, MORE_DESCRIPTORS = 12 << 20, 2 * POOL[1] + 10
# Seconds within which everything must be given back once the load has stopped.
SETTLING = 30


class Part:
    """One daemon under load for some minutes."""

    def __init__(self, options, minutes, seed):
        self.options, self.seconds, self.random = options, minutes * 60, randomness.Random(seed)
        self.seed = seed
        self.counts = collections.Counter()
        self.samples, self.failures = [], []
        self.stopped = threading.Event()
        self.paused = threading.Event()

    def run(self):
        settings = [("default_pool_size", str(POOL[1])), ("health_check_period", "1s")]
        if self.options.pool_mode:
            settings.append(("pool_mode", self.options.pool_mode))
        with Playground(self.options.binary, settings=settings) as self.playground:
            self.playground.ask("ALTER ROLE trusting SET statement_timeout = '5s'")
            self.pid = self.playground.daemon
            load = Load(self.playground, WRITERS, PAUSE)
            others = [threading.Thread(target=self.guard, args=(each,), daemon=True) for each in [self.read] * READERS + [self.break_clients, self.listen]]
            with load:
                for thread in others:
                    thread.start()
                self.pass_time(self.seconds * WARM)
                first = self.reading(load)
                self.pass_time(self.seconds * (1 - WARM))
                self.stopped.set()
                for thread in others:
                    thread.join(60)
                    if thread.is_alive():
                        self.failures.append("a client still waits for its answer after 60 s")
            last = self.reading(load)
            return self.verdict(load, first, last)

    def guard(self, body):
        """A thread whose surprise is the part's failure."""
        try:
            body()
        except Exception as failure:
            self.failures.append(f"{body.__name__}: {failure!r}")

    # What clients do

    def read(self):
        """Prepared statements, COPY, a cursor on the server; each answer is checked."""
        random, connection = randomness.Random(), None
        while self.goes_on():
            try:
                if connection is None:
                    connection = self.playground.connect(driver="psycopg")
                    connection.prepare_threshold = 1
                number = random.randrange(1000)
                kind = random.randrange(4)
                if kind == 0:
                    same(connection.execute("SELECT %s::int * 2", (number,)).fetchone(), (number * 2,))
                elif kind == 1:
                    same(len(connection.execute("SELECT n FROM generate_series(1, %s::int) AS n", (number,)).fetchall()), number)
                elif kind == 2:
                    with connection.cursor() as cursor, cursor.copy(f"COPY (SELECT generate_series(1, {number})) TO STDOUT") as copy:
                        same(sum(bytes(chunk).count(b"\n") for chunk in copy), number)
                else:
                    with connection.cursor("rows") as cursor:
                        cursor.execute("SELECT generate_series(1, %s::int)", (number,))
                        same(sum(1 for _ in cursor), number)
                connection.commit()
                self.counts["reads"] += 1
                time.sleep(PAUSE)
            except psycopg.Error:
                # A statement under way when the node went: the next one must work.
                self.counts["failed reads"] += 1
                connection = back(connection)
        if connection:
            connection.close()

    def break_clients(self):
        """Clients that leave at any moment, some after nonsense."""
        seed = self.seed * 1_000_000
        while self.goes_on():
            fuzz_client.attack(self.playground.port, self.playground.database, seed)
            seed += 1
            self.counts["broken clients"] += 1
            time.sleep(PAUSE)

    def listen(self):
        """Notifications come in order, and none is missing as long as the connection lives."""
        connection, expected = None, 0
        while self.goes_on():
            try:
                if connection is None:
                    connection = self.playground.connect()
                    connection.autocommit = True
                    connection.cursor().execute("LISTEN soak")
                connection.cursor().execute("SELECT pg_notify('soak', %s)", (str(expected),))
                same([one.payload for one in connection.notifies], [str(expected)])
                connection.notifies.clear()
                expected += 1
                self.counts["notifications"] += 1
                time.sleep(0.05)
            except psycopg2.Error:
                connection = None
        if connection:
            connection.close()

    def goes_on(self):
        while self.paused.is_set() and not self.stopped.is_set():
            time.sleep(0.05)
        return not self.stopped.is_set()

    # What happens to them

    def pass_time(self, seconds):
        end = time.monotonic() + seconds
        next_fault = time.monotonic() + self.random.uniform(*FAULT_EVERY)
        while time.monotonic() < end and not self.failures:
            time.sleep(SAMPLE_EVERY)
            self.sample()
            if time.monotonic() > next_fault:
                self.random.choice((self.restart, self.crash, self.terminate, self.resize, self.resize))()
                next_fault = time.monotonic() + self.random.uniform(*FAULT_EVERY)

    def sample(self):
        if self.playground.daemon != self.pid:
            self.failures.append("the daemon is another")
        self.samples.append((round(time.monotonic()), self.playground.memory(), self.playground.descriptors()))

    def restart(self):
        self.counts["restarts of the node"] += 1
        self.pg_ctl("restart", "-m", "fast")

    def crash(self):
        self.counts["crashes of the node"] += 1
        self.pg_ctl("restart", "-m", "immediate")

    def terminate(self):
        """Some of the daemon's backends, idle or in the middle of a statement."""
        self.counts["terminated backends"] += 1
        self.playground.ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename IN ('app', 'trusting') AND random() < 0.3")

    def resize(self):
        self.counts["reloads"] += 1
        self.playground.reload(default_pool_size=self.random.randint(*POOL))

    def pg_ctl(self, *words):
        bindir = subprocess.run(["pg_config", "--bindir"], check=True, capture_output=True, text=True).stdout.strip()
        command = [f"{bindir}/pg_ctl", "-s", "-w", "-D", self.playground.data[0], "-l", self.playground.directory + "/log/node0.log", *words]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", *command]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60, cwd="/")

    # What must be so

    def reading(self, load):
        """Memory and descriptors with every client silent."""
        self.paused.set()
        for writer in load.writers:
            writer.pause = 0.5
        time.sleep(3)
        found = (self.playground.memory(), self.playground.descriptors())
        for writer in load.writers:
            writer.pause = PAUSE
        self.paused.clear()
        return found

    def verdict(self, load, first, last):
        complaints = list(self.failures)
        if not self.failures:
            complaints += load.history.check(load.rows())
        acknowledged, unknown, rows = len(load.history.ids("acknowledged")), len(load.history.ids("unknown")), len(load.rows())
        if not acknowledged <= rows <= acknowledged + unknown:
            complaints.append(f"{rows} rows for {acknowledged} acknowledged and {unknown} unknown ones")
        if last[0] - first[0] > MORE_BYTES:
            complaints.append(f"memory grew by {(last[0] - first[0]) >> 10} KiB")
        with expected(complaints):
            eventually(lambda: f"descriptors are given back: {self.playground.descriptors()}, at first {first[1]}", lambda: self.playground.descriptors() <= first[1] + MORE_DESCRIPTORS, SETTLING)
        backends = "SELECT count(*) FROM pg_stat_activity WHERE usename IN ('app', 'trusting')"
        busy = backends + " AND state <> 'idle'"
        with expected(complaints):
            eventually(lambda: f"no backend works for nobody: {self.playground.ask(busy)}", lambda: self.playground.ask(busy) == 0, SETTLING)
        with expected(complaints):
            eventually(lambda: f"no more backends than the pools may have: {self.playground.ask(backends)}", lambda: self.playground.ask(backends) <= 2 * POOL[1], SETTLING)
        return {"date": datetime.date.today().isoformat(), "minutes": round(self.seconds / 60, 1), "pool_mode": self.options.pool_mode or "default", "seed": self.seed,
                "acknowledged": acknowledged, "unknown": unknown, "failed": len(load.history.ids("failed")), "lost_connections": load.history.lost, "errors": dict(load.history.errors()), "counts": dict(self.counts),
                "memory_kib": [first[0] >> 10, last[0] >> 10], "descriptors": [first[1], last[1]], "complaints": complaints}


def same(found, due):
    if found != due:
        raise AssertionError(f"got {found!r} for {due!r}")


def back(connection):
    """The connection, fit for the next statement, or None."""
    if connection is None or connection.closed:
        time.sleep(PAUSE)
        return None
    try:
        connection.rollback()
        return connection
    except psycopg.Error:
        return None


@contextlib.contextmanager
def expected(complaints):
    try:
        yield
    except AssertionError as failure:
        complaints.append(str(failure))


def table(parts):
    """docs/soak.md: one row a part."""
    lines = ["# Soak", "", "Written by `Tests/Live/soak.py .build/release/understudy --report docs/soak.md` from the parts it has finished.", "",
             f"{WRITERS} writers with prepared statements and blocks, {READERS} readers, a listener, and clients that break off at any moment, on one node that is restarted and crashed "
             "while its pools are resized. Memory is the daemon's own, after the first quarter and at the end, with every client silent.", "",
             "| date | minutes | pooling | acknowledged writes | unknown | reads | broken clients | restarts, crashes | reloads | memory KiB | descriptors | found wrong |", "|" + "---|" * 12]
    for part in parts:
        counts = part["counts"]
        lines.append("| " + " | ".join(str(cell) for cell in (
            part["date"], part["minutes"], part["pool_mode"], part["acknowledged"], part["unknown"], counts.get("reads", 0), counts.get("broken clients", 0),
            f"{counts.get('restarts of the node', 0)}, {counts.get('crashes of the node', 0)}", counts.get("reloads", 0), " → ".join(map(str, part["memory_kib"])),
            " → ".join(map(str, part["descriptors"])), "; ".join(part["complaints"]) or "nothing")) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--part", type=float, default=20, help="minutes of each part")
    parser.add_argument("--pool-mode")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", default=".build/soak.json")
    parser.add_argument("--report", metavar="FILE")
    options = parser.parse_args()
    finished = []
    with contextlib.suppress(FileNotFoundError), open(options.state) as file:
        finished = json.load(file)
    done = sum(part["minutes"] for part in finished)
    while done < options.minutes - 0.05:
        minutes = min(options.part, options.minutes - done)
        part = Part(options, minutes, options.seed + len(finished)).run()
        print(json.dumps(part), flush=True)
        done += minutes
        finished.append(part)
        with open(options.state, "w") as file:
            json.dump(finished, file)
    if options.report:
        with open(options.report, "w") as file:
            file.write(table(finished))
    # The next run begins anew.
    os.unlink(options.state)
    sys.exit(1 if any(part["complaints"] for part in finished) else 0)


if __name__ == "__main__":
    main()
