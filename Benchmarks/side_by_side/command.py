"""The command line: what to run, and in which form to tell."""

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

from . import peers, report, scenarios
from .node import Node


def arguments():
    parser = argparse.ArgumentParser(prog="side-by-side", description="Understudy, PgBouncer and pgpool-II on one PostgreSQL server, measured in turns.",
                                     epilog="scenarios: " + "; ".join(f"{name}: {each.__doc__}" for name, each in scenarios.ALL.items()))
    parser.add_argument("understudy", help="the release binary")
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help="without any: all of them, about ten minutes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3, help="of each run")
    parser.add_argument("--idle", type=int, default=10_000, help="idle frontends where there are thousands")
    parser.add_argument("--json", metavar="FILE", help="keep every sample")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables as docs/performance.md")
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(scenarios.ALL)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(scenarios.ALL)}")
    return options


def main():
    options = arguments()
    understudy = os.path.realpath(options.understudy)
    # Readable for the users that the contenders run as.
    directory = tempfile.mkdtemp(prefix="understudy-bench-")
    os.chmod(directory, 0o755)
    try:
        node = Node(understudy, directory)
        try:
            node.fill()
            bench = scenarios.Bench(node, directory, options)
            scenarios.run(bench, options.scenarios or scenarios.ALL)
            told = describe(bench, options)
        finally:
            node.down()
    finally:
        shutil.rmtree(directory)
    for path, form in ((options.json, lambda: json.dumps(told, indent=1)), (options.markdown, lambda: report.markdown(told))):
        if path:
            with open(path, "w") as file:
                file.write(form() + "\n")
    print(report.text(told))
    if any("failed" in one for one in told["samples"]):
        sys.exit(1)


def describe(bench, options):
    with open("/proc/cpuinfo") as file:
        processor = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    commit = subprocess.run(["git", "-C", os.path.dirname(__file__), "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    return {
        "command": " ".join(["Benchmarks/side-by-side .build/release/understudy", *options.scenarios, f"--rounds {options.rounds} --seconds {options.seconds} --idle {options.idle}",
                             "--markdown docs/performance.md"]),
        "date": datetime.date.today().isoformat(), "commit": commit or "unknown", "versions": peers.versions(bench.node),
        "machine": {"cores": os.cpu_count(), "processor": processor, "kernel": platform.release(),
                    "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)},
        "options": {"rounds": options.rounds, "seconds": options.seconds, "idle": options.idle}, "samples": bench.samples,
    }
