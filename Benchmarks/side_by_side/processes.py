"""CPU time and memory of a process and its descendants."""

import os

TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024


def tree(pid):
    """The process and its descendants that run now."""
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                for child in file.read().split():
                    found += tree(int(child))
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def cpu_seconds(pid):
    """User and system time of the tree, descendants that have ended included."""
    return sum(running(one) + ended(one) for one in tree(pid))


def running(pid):
    """To the nanosecond, unlike the ticks of proc(5)'s utime and stime."""
    total = 0
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return total / 1e9


def ended(pid):
    """Children that were waited for: cutime and cstime, fields 16 and 17 of proc(5)."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return (int(fields[13]) + int(fields[14])) / TICKS


def pss_bytes(pid):
    """Memory of the tree, pages that are shared divided among those that share them."""
    total = 0
    for one in tree(pid):
        try:
            with open(f"/proc/{one}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total * KIB
