"""A throwaway cluster behind a daemon, for programs that exercise it from outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# Seconds for one command of the playground.
PATIENCE = 120
KIB = 1024


class Playground:
    """Up when it is made; `with` takes it down."""

    def __init__(self, binary, standbys=0, sync=0, settings=(), directory=None):
        self.binary = os.path.realpath(binary)
        # A run that somebody ends takes its servers with it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
        self.parent = tempfile.mkdtemp(prefix="understudy-live-") if directory is None else os.path.dirname(directory)
        os.chmod(self.parent, 0o755)
        self.directory = directory or self.parent + "/cluster"
        options = [word for name, value in settings for word in ("--set", f"{name}={value}")]
        up = self.command("up", "--standbys", str(standbys), "--sync", str(sync), "--json", *options)
        self.description = json.loads(up)
        self.port = self.description["port"]
        self.nodes = [node["port"] for node in self.description["nodes"]]
        self.data = [node["pgdata"] for node in self.description["nodes"]]
        self.database = self.description["database"]
        self.passfile = self.description["passfile"]
        self.configuration = self.directory + "/understudy.conf"
        os.environ["PGPASSFILE"] = self.passfile

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            with open(self.directory + "/log/understudy.log") as log:
                print("the end of the daemon's log:\n" + "".join(log.readlines()[-40:]))
        self.command("down")
        shutil.rmtree(self.parent, ignore_errors=True)

    def command(self, name, *arguments):
        done = subprocess.run([self.binary, "playground", name, "--dir", self.directory, *arguments], capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise RuntimeError(f"playground {name}: {done.stderr}{done.stdout}")
        return done.stdout

    @property
    def daemon(self):
        """The daemon's process; fails when it has ended."""
        with open(self.directory + "/daemon") as file:
            pid = int(file.read().split()[0])
        with open(f"/proc/{pid}/stat") as file:
            if file.read().rpartition(")")[2].split()[0] == "Z":
                raise ProcessLookupError(f"the daemon {pid} has ended")
        return pid

    def reload(self, **settings):
        """Appends lines to the configuration, the last of which holds, and has it read."""
        with open(self.configuration, "a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        os.kill(self.daemon, signal.SIGHUP)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.daemon}/fd"))

    def memory(self):
        """Bytes that are the daemon's own."""
        with open(f"/proc/{self.daemon}/smaps_rollup") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith(("Private_Clean:", "Private_Dirty:"))) * KIB

    def connect(self, port=None, user="app", database=None, driver="psycopg2"):
        module = __import__(driver)
        return module.connect(host="127.0.0.1", port=port or self.port, user=user, dbname=database or self.database, connect_timeout=20)

    def ask(self, statement, node=0):
        """A statement on a node itself, as the control role; its first value."""
        connection = self.connect(self.nodes[node], "understudy")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None
        finally:
            connection.close()


def eventually(what, condition, seconds=20):
    """Waits until it holds; `what` says what, or is asked for it at the end."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"still not so after {seconds} s: {what() if callable(what) else what}")
        time.sleep(0.05)
