"""Loads on a contender, and what each of them cost it."""

import glob
import os
import re
import statistics
import subprocess
import tempfile

from .node import ASKING

# Seconds that a load may take beyond the time it was asked to run.
GRACE = 60
# Bytes in "100 MB" of COPY.
COPY_UNIT = 100_000_000


class LoadFailed(Exception):
    pass


def pgbench(contender, node, options, seconds, user=ASKING):
    """Transactions a second, and the contender's CPU microseconds for each."""
    before = contender.cpu_seconds()
    said = run(["pgbench", "-n", "-S", "-j", "2", "-T", str(seconds), *options, *node.target(contender.port, user)], contender, seconds)
    used = contender.cpu_seconds() - before
    count = int(re.search(r"transactions actually processed: (\d+)", said)[1])
    if count == 0:
        raise LoadFailed(f"{contender.name} finished no transaction in {seconds} s of pgbench {' '.join(options)}")
    measured = {"tps": float(re.search(r"tps = ([\d.]+)", said)[1])}
    if contender.is_proxy:
        measured["cpu_us"] = used * 1e6 / count
    return measured


def paced(contender, node, clients, rate, mode, seconds):
    """The latency of statements that come at a fixed rate, counted from when each was due."""
    with tempfile.TemporaryDirectory(prefix="understudy-bench-") as directory:
        run(["pgbench", "-n", "-S", "-j", "2", "-M", mode, "-c", str(clients), "-R", str(rate), "-T", str(seconds), "-l", f"--log-prefix={directory}/log",
             *node.target(contender.port)], contender, seconds)
        times = []
        for path in glob.glob(directory + "/log*"):
            with open(path) as file:
                times += [int(line.split()[2]) for line in file]
    if len(times) < 100:
        raise LoadFailed(f"{contender.name}: only {len(times)} transactions in {seconds} s")
    cuts = statistics.quantiles(times, n=100)
    return {"p50_us": statistics.median(times), "p99_us": cuts[98]}


def copy_out(contender, node):
    """CPU milliseconds for each 100 MB that leave through COPY."""
    before = contender.cpu_seconds()
    psql = subprocess.Popen(["psql", "-XqAtc", "COPY copied TO STDOUT", *node.target(contender.port)], stdout=subprocess.PIPE)
    size = 0
    buffer = bytearray(1 << 20)
    while count := os.readv(psql.stdout.fileno(), [buffer]):
        size += count
    if psql.wait(GRACE) != 0:
        raise LoadFailed(f"COPY through {contender.name} failed")
    used = contender.cpu_seconds() - before
    return {"cpu_ms_per_100_mb": used * 1e3 * COPY_UNIT / size} if contender.is_proxy else {}


def run(command, contender, seconds):
    result = subprocess.run(command, capture_output=True, text=True, timeout=seconds + GRACE)
    if result.returncode != 0:
        raise LoadFailed(f"{' '.join(command)} through {contender.name}: {result.stderr[-1000:]}")
    return result.stdout
