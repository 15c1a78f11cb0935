"""Yearly sums of one compound, as fast as the machine draws numbers."""

import numpy as np

from anshin.risk import check
from anshin.risk.distributions.severity import Floats, Severity
from anshin.risk.frequency import Frequency


def simulate_aggregate(frequency: Frequency, severity: Severity, years: int, generator: np.random.Generator) -> Floats:
    """Return the yearly sums of `years` independent years. Raises ParameterError for a count below 1."""
    counts = frequency.sample(generator, check.whole("simulate_aggregate", "years", years, least=1))
    struck = np.flatnonzero(counts)
    sums = np.zeros(years)
    if struck.size:
        counts = counts[struck]
        losses = severity.sample(generator, int(counts.sum()))
        starts = np.cumsum(counts) - counts
        sums[struck] = np.add.reduceat(losses, starts)
    return sums
