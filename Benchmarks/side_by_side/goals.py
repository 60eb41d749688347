"""What the data plane must hold, each with the figure that shows it."""

from . import peers, scenarios

SESSION, TRANSACTION = "Understudy, session", "Understudy, transaction"
BOUNCER = "PgBouncer, transaction"
PGPOOL = "pgpool-II"


class Goal:
    """A ratio or a size with its bound."""

    def __init__(self, text, figure, most=None, least=None, unit=""):
        self.text, self.figure, self.most, self.least, self.unit = text, figure, most, least, unit

    @property
    def bound(self):
        return f"at most {self.most}{self.unit}" if self.most is not None else f"at least {self.least}{self.unit}"

    @property
    def holds(self):
        """None when it was not measured."""
        if not self.figure:
            return None
        return self.figure.median <= self.most if self.most is not None else self.figure.median >= self.least


def goals(samples, idle):
    """All of them, measured or not."""
    found = []
    for mode in ("simple", "extended"):
        found.append(Goal(f"CPU per transaction to PgBouncer's, transaction pooling, {mode}", samples.ratio("queries", "cpu_us", (mode, TRANSACTION), (mode, BOUNCER)), most=0.95))
    for mode in ("simple", "extended"):
        found.append(Goal(f"the same, {scenarios.MANY} clients on {peers.BACKENDS['transaction']} backends, {mode}", samples.ratio("crowded", "cpu_us", (mode, TRANSACTION), (mode, BOUNCER)), most=0.85))
    found.append(Goal("CPU of prepared statements in transaction pooling to session pooling", samples.ratio("queries", "cpu_us", ("prepared", TRANSACTION), ("prepared", SESSION)), most=1.15))
    for pooling in (SESSION, TRANSACTION):
        for mode in scenarios.MODES:
            found.append(Goal(f"CPU of pgpool-II to {pooling}, {mode}", samples.ratio("queries", "cpu_us", (mode, PGPOOL), (mode, pooling)), least=4))
    for mode in ("simple", "extended"):
        found.append(Goal(f"CPU of two shards to one, {mode}", samples.ratio("shards", "cpu_us", (mode, scenarios.shard_name(2)), (mode, scenarios.shard_name(1))), most=1.1))
    for method in ("trust", "md5"):
        found.append(Goal(f"new connections a second to PgBouncer's, {method}", samples.ratio("connecting", "tps", (method, TRANSACTION), (method, BOUNCER)), least=1))
    found.append(Goal(f"memory of an idle frontend, {idle} of them", samples.figure("idle", str(idle), TRANSACTION, "bytes"), most=1024, unit=" bytes"))
    for name, text in (("p50_us", "median"), ("p99_us", "99th percentile")):
        found.append(Goal(f"{text} latency of {scenarios.ACTIVE} active frontends, with {idle} idle ones to without", samples.ratio("latency", name, (f"{idle} idle", TRANSACTION), ("0 idle", TRANSACTION)),
                          most=1.1 if name == "p50_us" else 1.25))
    return found
