"""Compounds of whole-number severities: FFT with exponential tilting, and Panjer's recursion.

Tilting (Grübel and Hermesmeier 1999, Embrechts and Frei 2009): masses are multiplied by exp(-theta k) before the
transform and divided by it afterwards, so that what wraps around from beyond the end is damped by exp(-theta n).
"""

import numpy as np
from numpy.typing import ArrayLike

from anshin.risk import check
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import GridError, ParameterError
from anshin.risk.frequency import Frequency

TILT = 18.0
"""theta x n: aliasing is damped to exp(-18) = 1.5e-8, rounding noise is raised to about 1e-9 at the far end."""


def fft_lattice(frequency: Frequency, masses: ArrayLike, size: int, *, tilt: float = TILT) -> Floats:
    """Return P(S = 0), ..., P(S = size - 1) for severities P(X = k) = masses[k].

    `masses` may add up to less than 1: the rest lies beyond the end. `tilt` is theta x size; 0 switches it off. The
    error of the cumulated probabilities from aliasing is at most exp(-tilt) P(S >= size). Raises ParameterError for
    masses that are no distribution.
    """
    held = _masses(masses, size)
    theta = check.not_negative("fft_lattice", "tilt", tilt) / size
    weights = np.exp(-theta * np.arange(size))
    transformed = frequency.pgf(np.fft.rfft(held * weights))
    return np.asarray(np.fft.irfft(transformed, size) / weights)


def panjer(frequency: Frequency, masses: ArrayLike, size: int) -> Floats:
    """Return the same by Panjer's recursion, without aliasing, in size x len(masses) steps.

    Raises GridError when the frequency is not of the (a, b, 0) class or its P(S = 0) is too small for float64.
    """
    held = _masses(masses, size)
    held = held[: int(np.max(np.flatnonzero(held), initial=0)) + 1]
    a, b, _ = frequency.panjer()
    start = float(frequency.pgf(np.array([held[0]], dtype=np.complex128))[0].real)
    if start < 1e-280:
        raise GridError("grid.not_on_grid", where=f"P(S = 0) = {start}")
    sums = np.zeros(size)
    sums[0] = start
    steps = np.arange(held.size)
    weighted = steps * held
    for s in range(1, size):
        reach = min(s, held.size - 1)
        before = sums[s - reach : s][::-1]
        sums[s] = (a * held[1 : reach + 1] @ before + b / s * (weighted[1 : reach + 1] @ before)) / (1 - a * held[0])
    return sums


def _masses(masses: ArrayLike, size: int) -> Floats:
    held = np.asarray(masses, dtype=np.float64)
    check.whole("lattice", "size", size, least=2)
    if held.ndim != 1 or held.size == 0:
        raise ParameterError("parameter.empty", where="severity masses")
    if not np.all(held >= 0):
        raise ParameterError("parameter.negative", where="severity masses", name="a mass", value=float(held.min()))
    if held.sum() > 1 + 1e-9:
        raise ParameterError("parameter.weights", where="severity masses", value=float(held.sum()))
    full = np.zeros(size)
    full[: min(size, held.size)] = held[:size]
    return full
