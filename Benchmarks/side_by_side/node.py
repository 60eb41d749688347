"""The PostgreSQL server under every contender."""

import json
import os
import signal
import subprocess
import time

# pgbench's accounts: 100 000 rows a unit. Fits into memory, so the proxy is what differs.
SCALE = 5
# Rows of the table that is copied out, about 100 bytes each.
COPIED_ROWS = 1_000_000
# Seconds for any one command that prepares something.
PATIENCE = 120

# Each role of the playground is let in by another method.
USERS = {"scram-sha-256": "app", "md5": "legacy", "trust": "trusting"}
# Whose the tables are, and who asks, unless logging in is what is measured: a password that is checked costs some milliseconds, which are no transaction's.
OWNER = USERS["scram-sha-256"]
ASKING = USERS["trust"]


class Node:
    """Made by `understudy playground`, without its daemon: the contenders are started apart."""

    def __init__(self, understudy, directory):
        self.understudy = understudy
        self.directory = directory + "/cluster"
        up = subprocess.run([understudy, "playground", "up", "--dir", self.directory, "--standbys", "0", "--json"],
                            check=True, capture_output=True, text=True, timeout=PATIENCE)
        description = json.loads(up.stdout)
        self.port = description["nodes"][0]["port"]
        self.database = description["database"]
        self.passfile = description["passfile"]
        stop(description["members"][0]["pid"])
        with open(self.passfile) as file:
            self.passwords = dict(line.strip().split(":")[3:5] for line in file)
        os.environ["PGPASSFILE"] = self.passfile

    def fill(self):
        """The tables that the loads read."""
        subprocess.run(["pgbench", "-i", "-q", "-s", str(SCALE), *self.target(self.port, OWNER)], check=True, capture_output=True, timeout=PATIENCE)
        self.ask("CREATE TABLE copied AS SELECT n, repeat(md5(n::text), 3) AS note FROM generate_series(1, %d) AS n" % COPIED_ROWS)
        self.ask("GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC")
        self.ask("VACUUM ANALYZE")

    def ask(self, statement):
        done = subprocess.run(["psql", "-XAtc", statement, *self.target(self.port, OWNER)], check=True, capture_output=True, text=True, timeout=PATIENCE)
        return done.stdout.strip()

    def target(self, port, user=ASKING):
        """libpq's options for a contender on `port`."""
        return ["-h", "127.0.0.1", "-p", str(port), "-U", user, self.database]

    def down(self):
        subprocess.run([self.understudy, "playground", "down", "--dir", self.directory], check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)


def stop(pid):
    os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while os.path.exists(f"/proc/{pid}") and state(pid) != "Z":
        if time.monotonic() > end:
            raise TimeoutError(f"process {pid} does not stop")
        time.sleep(0.02)


def state(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"
