"""What is measured, and on which contenders. Within a round every contender has its turn, so that what the machine does meanwhile meets all."""

import contextlib
import os
import re
import sys
import time

from . import load, peers
from .crowd import Crowd

MODES = ["simple", "extended", "prepared"]
# Clients of the ordinary loads.
FEW = 16
# Clients that share the 16 backends of a transaction pool.
MANY = 256
# Idle and active frontends of the scenario that has thousands, and the active ones' statements a second: about a quarter of what this machine can do.
ACTIVE, RATE = 200, 3000
# Frontends of pgpool-II when its memory is measured: each is a process and a backend.
PGPOOL_FRONTENDS = 100
# Seconds for a contender to settle after a crowd has logged in.
SETTLING = 1


class Bench:
    """The node, the options, and the samples so far."""

    def __init__(self, node, directory, options):
        self.node, self.directory, self.options = node, directory, options
        self.samples = []
        self.scenario = None

    @contextlib.contextmanager
    def contenders(self, *started):
        """Those that are installed; stopped when the scenario ends."""
        running = []
        try:
            for start in started:
                contender = start()
                if contender:
                    running.append(contender)
            yield running
        finally:
            for contender in running:
                contender.stop()

    def each_turn(self, contenders, loads):
        for turn in range(self.options.rounds):
            for kind in loads:
                for contender in contenders:
                    yield turn, kind, contender

    def add(self, turn, contender, kind, measured):
        sample = {"scenario": self.scenario, "round": turn, "load": kind, "contender": contender.name, **measured}
        self.samples.append(sample)
        figures = "  ".join(f"{name} {value:.1f}" for name, value in measured.items())
        print(f"{self.scenario:<10}{turn + 1:>3}  {kind:<15}{contender.name:<28}{figures}", file=sys.stderr, flush=True)

    def query(self, turn, contender, mode, clients):
        if mode == "prepared" and contender.name == "PgBouncer, transaction" and not bouncer_prepares(self.node):
            return
        self.add(turn, contender, mode, load.pgbench(contender, self.node, ["-M", mode, "-c", str(clients)], self.options.seconds))


def bouncer_prepares(node):
    """From 1.21 on PgBouncer keeps prepared statements in transaction pooling."""
    found = re.search(r"(\d+)\.(\d+)", peers.versions(node).get("PgBouncer", ""))
    return bool(found) and (int(found[1]), int(found[2])) >= (1, 21)


def queries(bench):
    """16 clients, one statement a transaction, in each query mode; session and transaction pooling."""
    node, place = bench.node, bench.directory
    with bench.contenders(
            lambda: peers.direct(node),
            *(lambda start=start, pooling=pooling: start(node, place, pooling) for pooling in ("session", "transaction") for start in (peers.understudy, peers.pgbouncer)),
            lambda: peers.pgpool(node, place), lambda: peers.pgpool(node, place, balances=True)) as contenders:
        for turn, mode, contender in bench.each_turn(contenders, MODES):
            bench.query(turn, contender, mode, FEW)


def crowded(bench):
    """256 clients on 16 backends. pgpool-II is not here: without a free child its clients wait for a session to end."""
    with bench.contenders(lambda: peers.understudy(bench.node, bench.directory, "transaction"),
                          lambda: peers.pgbouncer(bench.node, bench.directory, "transaction")) as contenders:
        for turn, mode, contender in bench.each_turn(contenders, MODES):
            bench.query(turn, contender, mode, MANY)


def connecting(bench):
    """A new connection for every transaction (`pgbench -C`), by the way of logging in."""
    node, place = bench.node, bench.directory
    with bench.contenders(lambda: peers.direct(node), lambda: peers.understudy(node, place, "transaction"), lambda: peers.pgbouncer(node, place, "transaction"),
                          lambda: peers.pgpool(node, place)) as contenders:
        for turn, method, contender in bench.each_turn(contenders, ["trust", "md5", "scram-sha-256"]):
            bench.add(turn, contender, method, load.pgbench(contender, node, ["-C", "-c", str(FEW)], bench.options.seconds, user=peers.USERS[method]))


def copying(bench):
    """COPY to the client, the contender's CPU for each 100 MB."""
    node, place = bench.node, bench.directory
    with bench.contenders(lambda: peers.understudy(node, place, "transaction"), lambda: peers.pgbouncer(node, place, "transaction"), lambda: peers.pgpool(node, place)) as contenders:
        for turn, kind, contender in bench.each_turn(contenders, ["out"]):
            bench.add(turn, contender, kind, load.copy_out(contender, node))


def shards(bench):
    """The same load on one shard and on one for each core."""
    counts = sorted({1, 2, os.cpu_count()})
    with bench.contenders(*(lambda count=count: peers.understudy(bench.node, bench.directory, "transaction", shards=count, name=shard_name(count)) for count in counts)) as contenders:
        for turn, mode, contender in bench.each_turn(contenders, ["simple", "extended"]):
            bench.query(turn, contender, mode, FEW)


def shard_name(count):
    return f"Understudy, {count} shard{'' if count == 1 else 's'}"


def idle(bench):
    """Bytes for each frontend that is logged in and idle: (PSS at N - PSS at 1) / (N - 1). pgpool-II at 100, with a process for each."""
    node, place, count = bench.node, bench.directory, bench.options.idle
    for start in (peers.understudy, peers.pgbouncer):
        with bench.contenders(lambda: start(node, place + "/idle", "transaction")) as contenders:
            for contender in contenders:
                bench.add(0, contender, f"{count}", {"bytes": per_frontend(contender, node, count)})
    few = many = 0
    for children in (1, PGPOOL_FRONTENDS):
        with bench.contenders(lambda: peers.pgpool(node, place + "/idle", children)) as contenders:
            for contender in contenders:
                few, many = many, pss_with(contender, node, children)
    if many:
        bench.add(0, contender, f"{PGPOOL_FRONTENDS}", {"bytes": (many - few) / (PGPOOL_FRONTENDS - 1)})


def per_frontend(contender, node, count):
    with contextlib.closing(Crowd(contender.port, node.database)) as crowd:
        sizes = []
        for size in (1, count):
            crowd.grow(size)
            time.sleep(SETTLING)
            sizes.append(contender.pss_bytes())
        return (sizes[1] - sizes[0]) / (count - 1)


def pss_with(contender, node, count):
    with contextlib.closing(Crowd(contender.port, node.database)) as crowd:
        crowd.grow(count)
        time.sleep(SETTLING)
        return contender.pss_bytes()


def latency(bench):
    """200 active frontends, 3000 statements a second in all, alone and beside thousands of idle ones: the latency of the active ones."""
    node = bench.node
    with bench.contenders(lambda: peers.understudy(node, bench.directory, "transaction"), lambda: peers.pgbouncer(node, bench.directory, "transaction")) as contenders:
        for turn in range(bench.options.rounds):
            for contender in contenders:
                with contextlib.closing(Crowd(contender.port, node.database)) as crowd:
                    # The pool opens its backends before anything is measured.
                    load.paced(contender, node, ACTIVE, RATE, "extended", 1)
                    for size in (0, bench.options.idle):
                        crowd.grow(size)
                        time.sleep(SETTLING)
                        bench.add(turn, contender, f"{size} idle", load.paced(contender, node, ACTIVE, RATE, "extended", bench.options.seconds))


ALL = {each.__name__: each for each in (queries, crowded, connecting, copying, shards, idle, latency)}


def run(bench, names):
    for name in names:
        bench.scenario = name
        place, bench.directory = bench.directory, f"{bench.directory}/{name}"
        os.makedirs(f"{bench.directory}/idle", mode=0o755)
        try:
            ALL[name](bench)
        except (load.LoadFailed, ConnectionError, TimeoutError) as failure:
            # The other scenarios still tell something; this one is named as failed.
            print(f"{name}: {failure}", file=sys.stderr)
            bench.samples.append({"scenario": name, "failed": str(failure)})
        bench.directory = place
