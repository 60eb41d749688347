"""Samples of several rounds as one figure: the median and how far it spread."""

import statistics


class Figure:
    """A median with its least and greatest value."""

    def __init__(self, values):
        self.median, self.least, self.greatest = statistics.median(values), min(values), max(values)

    def json(self):
        return {"median": self.median, "min": self.least, "max": self.greatest}


class Samples:
    """What was measured, by scenario, load, contender and round."""

    def __init__(self, samples):
        self.failures = {one["scenario"]: one["failed"] for one in samples if "failed" in one}
        self.all = [one for one in samples if "failed" not in one]

    def values(self, scenario, load, contender, name):
        """By round."""
        return {one["round"]: one[name] for one in self.all
                if (one["scenario"], one["load"], one["contender"]) == (scenario, load, contender) and name in one}

    def figure(self, scenario, load, contender, name):
        values = self.values(scenario, load, contender, name)
        return Figure(values.values()) if values else None

    def ratio(self, scenario, name, above, below):
        """Of two (load, contender) pairs, taken within each round: a shared machine drifts. None when either is missing."""
        first, second = (self.values(scenario, *pair, name) for pair in (above, below))
        ratios = [first[turn] / second[turn] for turn in first if turn in second and second[turn]]
        return Figure(ratios) if ratios else None

    def order(self, key, **conditions):
        """The distinct values of a key among the samples, in the order they came."""
        return list(dict.fromkeys(one[key] for one in self.all if all(one[name] == value for name, value in conditions.items())))
