"""The FFT for continuous severities: choice of the grid, discretisation that keeps the mean, tail, error bound."""

import math

import numpy as np

from anshin.risk import check
from anshin.risk.compound.distribution import Aggregate
from anshin.risk.compound.lattice import TILT, fft_lattice
from anshin.risk.compound.moments import moments
from anshin.risk.distributions.severity import Floats, Severity
from anshin.risk.errors import GridError, ParameterError
from anshin.risk.frequency import Frequency

TAIL = 1e-4
"""The probability a year that is left to the analytic tail when the step is chosen here."""
SLACK = 1e-6
"""The probability of more events than the step bound counts with."""


def aggregate_fft(
    frequency: Frequency,
    severity: Severity,
    *,
    log2: int = 16,
    step: float | None = None,
    tilt: float = TILT,
    within: float | None = None,
) -> Aggregate:
    """Return the yearly sum on 2**`log2` cells.

    Discretisation: each loss goes to the two grid points around it so that its mean stays (Gerber's local moments, from
    limited expected values), which moves no loss by more than a step; n events by no more than n steps. `step` None
    chooses it so that about 1e-4 a year lies beyond the grid. Per-event terms: pass a `Layer`. `within`: raise
    GridError when `step_bound` is above this many yen. Raises ParameterError for parameters without meaning and for
    severities of infinite mean.
    """
    check.whole("aggregate_fft", "log2", log2, least=1)
    if not 4 <= log2 <= 24:
        raise ParameterError("parameter.too_large", where="aggregate_fft (4 to 24)", name="log2", value=log2, limit=24)
    exact = moments(frequency, severity)
    if not math.isfinite(exact.mean):
        raise ParameterError("parameter.infinite_moment", where=type(severity).__name__, name="mean")
    size = 1 << log2
    width = choose_end(frequency, severity) / size if step is None else check.positive("aggregate_fft", "step", step)
    most = _most_events(frequency)
    if within is not None and most * width > within:
        raise GridError("grid.too_coarse", wanted=within, found=most * width, log2=log2)
    pmf = fft_lattice(frequency, discretise(severity, width, size), size, tilt=tilt)
    cumulated = np.minimum(np.cumsum(pmf), 1.0)
    beyond = max(1.0 - float(cumulated[-1]), 0.0)
    end = width * size
    rest = frequency.second_factorial() / frequency.mean() * severity.mean()
    shift = min(rest, end / 2)
    at_end = float(severity.sf(end - shift))
    factor = beyond / at_end if at_end > 0 and beyond > 1e-12 else 0.0
    return Aggregate(
        step=width,
        pmf=pmf,
        cumulated=cumulated,
        severity=severity,
        exact=exact,
        tail_factor=factor,
        tail_shift=shift,
        alias_bound=math.exp(-tilt) if tilt else 1.0,
        count_slack=SLACK,
        step_bound=most * width,
    )


def discretise(severity: Severity, step: float, size: int) -> Floats:
    """Return masses on 0, step, ..., (size - 1) step with the severity's mean up to the end.

    mass[k] = (2 lev(k h) - lev((k - 1) h) - lev((k + 1) h)) / h, mass[0] = 1 - lev(h) / h.
    """
    lev = severity.lev(np.arange(size + 1) * step)
    slope = np.diff(lev) / step
    masses = np.maximum(np.append(1.0 - slope[0], slope[:-1] - slope[1:]), 0.0)
    # second differences of large numbers leave noise of about 1e-13 a cell, of which only the positive half survives
    return np.asarray(masses / max(float(masses.sum()), 1.0))


def choose_end(frequency: Frequency, severity: Severity) -> float:
    """Return where the grid should end: the big-jump quantile of the tail, but ten limited SD above the mean."""
    reach = severity.quantile(1 - min(0.5, TAIL / frequency.mean()))
    first, second = float(severity.limited_moment(1, reach)), float(severity.limited_moment(2, reach))
    mean = frequency.mean() * first
    spread = math.sqrt(frequency.mean() * (second - first**2) + frequency.var() * first**2)
    end = max(reach + mean, mean + 10 * spread)
    return end if end > 0 else 1.0


def _most_events(frequency: Frequency) -> int:
    """Return the number of events passed with probability SLACK at most."""
    guess = 16
    while True:
        passed = 1.0 - np.cumsum(frequency.pmf(np.arange(guess)))
        below = np.flatnonzero(passed <= SLACK)
        if below.size:
            return max(int(below[0]), 1)
        guess *= 4
