"""The samples for a reader: text, Markdown, JSON."""

from . import goals, scenarios
from .figures import Samples

# Which figures a scenario shows, with their headings, and which ratio to whom.
COLUMNS = {
    "queries": [("tps", "tps"), ("cpu_us", "CPU µs")],
    "crowded": [("tps", "tps"), ("cpu_us", "CPU µs")],
    "connecting": [("tps", "connections/s"), ("cpu_us", "CPU µs")],
    "copying": [("cpu_ms_per_100_mb", "CPU ms per 100 MB")],
    "shards": [("tps", "tps"), ("cpu_us", "CPU µs")],
    "idle": [("bytes", "bytes per idle frontend")],
    "latency": [("p50_us", "median µs"), ("p99_us", "99 % µs")],
}


def baseline(scenario, contender, present):
    """Whom a contender is compared with: PgBouncer pooling the same way; pgpool-II pools sessions."""
    if scenario == "shards":
        return scenarios.shard_name(1)
    pooling = "transaction" if "transaction" in contender or "PgBouncer, session" not in present else "session"
    return f"PgBouncer, {pooling}"


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(figure):
    return f"{figure.median:.2f} ({figure.least:.2f}–{figure.greatest:.2f})"


def table(samples, scenario):
    """Rows of cells: heading first."""
    columns = COLUMNS[scenario]
    present = samples.order("contender", scenario=scenario)
    rows = [["load", "contender"] + [cell for _, heading in columns for cell in (heading, "ratio")]]
    for load in samples.order("load", scenario=scenario):
        for contender in present:
            row = [load, contender]
            for name, _ in columns:
                figure = samples.figure(scenario, load, contender, name)
                ratio = samples.ratio(scenario, name, (load, contender), (load, baseline(scenario, contender, present)))
                row += [number(figure.median) if figure else "", spread(ratio) if ratio else ""]
            if any(row[2:]):
                rows.append(row)
    return rows


def goal_rows(samples, options):
    rows = [["goal", "bound", "measured", "holds"]]
    for goal in goals.goals(samples, options["idle"]):
        if goal.figure:
            measured = number(goal.figure.median) + goal.unit if goal.unit else spread(goal.figure)
            rows.append([goal.text, goal.bound, measured, "yes" if goal.holds else "**no**"])
    return rows


def aligned(rows):
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]


def piped(rows):
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return [lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]


def headline(report):
    options = report["options"]
    return f"{options['seconds']} s a run, medians of {options['rounds']} rounds; a ratio is taken within a round and shown with its least and greatest value"


def sections(report, form):
    samples = Samples(report["samples"])
    for scenario in samples.order("scenario"):
        yield scenario, scenarios.ALL[scenario].__doc__, form(table(samples, scenario))
    for scenario, failure in samples.failures.items():
        yield scenario, f"Failed: {failure}", []


def text(report):
    lines = [headline(report), ""]
    for scenario, about, rows in sections(report, aligned):
        lines += [f"{scenario}: {about}", *rows, ""]
    rows = goal_rows(Samples(report["samples"]), report["options"])
    return "\n".join(lines + (aligned(rows) if len(rows) > 1 else []))


def markdown(report):
    """docs/performance.md."""
    machine = report["machine"]
    lines = [
        "# Performance", "",
        "Written by the command below; nothing here is edited by hand.", "",
        "```", report["command"], "```", "",
        f"- {report['date']}, commit {report['commit']}",
        f"- {machine['cores']} cores ({machine['processor']}), {machine['memory_gib']} GiB, Linux {machine['kernel']}; PostgreSQL, the load and the proxies share them, all on loopback",
        "- " + ", ".join(f"{name} {version.removeprefix(name).strip()}" for name, version in report["versions"].items()),
        "- `pgbench -S`, one statement a transaction. Understudy and PgBouncer run one thread unless a shard count is shown. CPU is user and system time of the proxy's processes, "
        "divided by the transactions; the ratios are to PgBouncer with the same pooling (pgpool-II, which pools sessions, to session pooling where that ran).",
        f"- {headline(report)}.", "", "## What must hold", "", *piped(goal_rows(Samples(report["samples"]), report["options"])), "",
    ]
    for scenario, about, rows in sections(report, piped):
        lines += [f"## {scenario.capitalize()}", "", about, "", *rows, ""]
    return "\n".join(lines)
