#!/usr/bin/python3
"""Many clients in transactions while the primary is killed: nothing acknowledged is lost, and only what was under way gets an error.

    failover.py BINARY [--pool-mode transaction] [--clients 64] [--runs 1] [--json]

Half of the clients use psycopg 2, half psycopg 3 with prepared statements; half of the work is single statements, half is blocks of four statements.
"""

import argparse
import json
import sys
import time

from histories import Load
from playground import Playground

# Seconds of load before the fault, and after writes came back.
BEFORE, AFTER = 2, 2
# Seconds in which writes must come back.
PATIENCE = 30
# The errors that tell a client the truth: undone, try again; the server went; outcome unknown; the rest of a failed block.
HONEST = {"40001", "57P01", "08007", "25P02", "ROLLBACK"}


def one(options):
    settings = [("pool_mode", options.pool_mode)] if options.pool_mode else []
    if options.pool_mode == "transaction":
        settings.append(("default_pool_size", "16"))
    with Playground(options.binary, standbys=2, sync=1, settings=settings) as playground:
        load = Load(playground, options.clients)
        history = load.history
        with load:
            time.sleep(BEFORE)
            fault = time.monotonic()
            playground.command("kill-primary")
            while not any(entry.outcome == "acknowledged" and entry.began > fault for entry in list(history.entries)):
                if time.monotonic() > fault + PATIENCE:
                    raise AssertionError(f"no write {PATIENCE} s after the fault; errors: {history.errors()}")
                time.sleep(0.05)
            time.sleep(AFTER)
        complaints = history.check(load.rows())
        first = min(entry.ended for entry in history.entries if entry.outcome == "acknowledged" and entry.began > fault)
        late = [entry for entry in history.entries if entry.outcome != "acknowledged" and (entry.ended < fault or entry.began > first + 1)]
        if late:
            complaints.append(f"{len(late)} errors outside of the failover: {late[:3]}")
        dishonest = set(history.errors()) - HONEST
        if dishonest:
            complaints.append(f"errors that say nothing a client can act on: {dishonest}")
        # Every client had one statement or block under way, and a block that began on the old primary may fail later.
        failed = sum(history.errors().values())
        if failed > 2 * options.clients:
            complaints.append(f"{failed} errors for {options.clients} clients")
        if history.lost:
            complaints.append(f"{history.lost} connections were lost")
        return {"acknowledged": len(history.ids("acknowledged")), "failed": len(history.ids("failed")), "unknown": len(history.ids("unknown")),
                "errors": dict(history.errors()), "lost_connections": history.lost, "longest_gap_ms": round(history.longest_gap() * 1000), "complaints": complaints}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("binary")
    parser.add_argument("--pool-mode")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    reports = [one(options) for _ in range(options.runs)]
    for report in reports:
        print(json.dumps(report) if options.json else "  ".join(f"{name} {value}" for name, value in report.items() if value != []))
    sys.exit(1 if any(report["complaints"] for report in reports) else 0)


if __name__ == "__main__":
    main()
