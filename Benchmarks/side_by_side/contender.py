"""A proxy under load, or the node itself."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time

from . import processes

# Seconds until a contender answers its first query, and until it is gone.
PATIENCE = 20


class Contender:
    """Where it listens, and whose CPU time and memory are its own."""

    def __init__(self, name, port, child=None):
        self.name, self.port, self.child = name, port, child

    @property
    def is_proxy(self):
        return self.child is not None

    def cpu_seconds(self):
        return processes.cpu_seconds(self.child.pid) if self.child else 0.0

    def pss_bytes(self):
        return processes.pss_bytes(self.child.pid)

    def stop(self):
        if not self.child:
            return
        self.child.send_signal(signal.SIGINT)
        try:
            self.child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


def launch(name, command, port, node, directory):
    """Starts it and waits until it answers; ends the run with its log when it does not."""
    path = f"{directory}/log"
    with open(path, "w") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    contender = Contender(name, port, child)
    end = time.monotonic() + PATIENCE
    said = ""
    while time.monotonic() < end and child.poll() is None:
        answer = subprocess.run(["psql", "-XAtc", "SELECT 1", *node.target(port)], capture_output=True, text=True)
        if answer.stdout == "1\n":
            return contender
        said = answer.stderr
        time.sleep(0.1)
    contender.stop()
    with open(path) as log:
        sys.exit(f"{name} does not answer: {said}{log.read()[-2000:]}")


def as_postgres(command):
    """PgBouncer refuses root, and pgpool-II needs no more rights than PostgreSQL's user has."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", *command]


def write(path, text):
    """A file that only its owner reads, since secrets may be in it."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def give_away(directory):
    """To the user that a peer runs as."""
    if os.geteuid() != 0:
        return
    shutil.chown(directory, "postgres", "postgres")
    for name in os.listdir(directory):
        shutil.chown(f"{directory}/{name}", "postgres", "postgres")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def found(program):
    """The path of an installed program; None when there is none."""
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
    if not path:
        print(f"{program} is not installed: left out", file=sys.stderr)
    return path
