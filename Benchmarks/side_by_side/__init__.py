"""Understudy, PgBouncer and pgpool-II on one PostgreSQL server, measured in turns.

    node.py         the server, and how to log in to it
    processes.py    CPU time and memory of a process tree, from /proc
    contender.py    a proxy under load: started, asked, stopped
    peers.py        the configuration of each contender
    load.py         pgbench, COPY
    crowd.py        thousands of idle connections
    scenarios.py    what is measured, on whom
    figures.py      rounds, medians, spreads, ratios
    goals.py        what must hold
    report.py       text, Markdown
"""
