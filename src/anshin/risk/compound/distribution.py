"""A yearly sum on a grid, with an analytic tail beyond it and the error that it promises."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from anshin.risk import check
from anshin.risk.compound.moments import Moments
from anshin.risk.distributions.severity import Floats, Severity, limits


@dataclass(frozen=True, slots=True, eq=False)
class Aggregate:
    """P(S = k step) = `pmf[k]` up to `end` = len(pmf) step; beyond it P(S > x) = `tail_factor` P(X > x - `tail_shift`).

    The tail is the single-big-jump form for subexponential severities: one loss is huge, the others are at their mean;
    the factor makes it join the grid. Errors: `alias_bound` and `count_slack` on probabilities, `step_bound` yen on
    amounts: P(S <= x) lies between the grid's cdf at x - step_bound and at x + step_bound, give or take the two.
    """

    step: float
    pmf: Floats
    cumulated: Floats
    severity: Severity
    exact: Moments
    tail_factor: float
    tail_shift: float
    alias_bound: float
    count_slack: float
    step_bound: float

    @property
    def end(self) -> float:
        """Return where the grid ends and the tail begins."""
        return self.step * self.pmf.size

    def cdf(self, x: ArrayLike) -> Floats:
        """Return P(S <= x)."""
        return np.asarray(1.0 - self.sf(x))

    def sf(self, x: ArrayLike) -> Floats:
        """Return P(S > x)."""
        at = np.asarray(x, dtype=np.float64)
        last = self.pmf.size - 1
        cell = np.clip(np.floor(at / self.step + 1e-9), -1, last).astype(np.int64)
        inside = np.where(cell < 0, 1.0, 1.0 - self.cumulated[np.maximum(cell, 0)])
        beyond = self.tail_factor * self.severity.sf(np.maximum(at, self.end) - self.tail_shift)
        return np.where(at < self.end, inside, beyond)

    def quantile(self, p: float) -> float:
        """Return the smallest amount that is not passed with probability `p`."""
        check.share("Aggregate", "p", p)
        if p <= self.cumulated[-1]:
            return float(np.searchsorted(self.cumulated, p - 1e-15) * self.step)
        if self.tail_factor == 0:
            return self.end
        return self.tail_shift + self.severity.quantile(max(1 - (1 - p) / self.tail_factor, 0.0))

    def mean(self) -> float:
        """Return the mean of this distribution, grid and tail; compare with `exact.mean`."""
        return float(self.lev(math.inf))

    def lev(self, limit: ArrayLike) -> Floats:
        """Return E[min(S, limit)]: what a yearly limit leaves. Raises ParameterError for a negative limit."""
        at = limits(limit)
        top = np.minimum(at, self.end)
        cell = np.minimum(np.floor(top / self.step + 1e-9), self.pmf.size - 1).astype(np.int64)
        amounts = np.cumsum(self.pmf * (np.arange(self.pmf.size) * self.step))
        inside = amounts[cell] + top * (1.0 - self.cumulated[cell])
        start = self.end - self.tail_shift
        above = np.maximum(at, self.end) - self.tail_shift
        tail = self.tail_factor * (self.severity.lev(above) - self.severity.lev(start)) if self.tail_factor else 0.0
        return np.asarray(inside + tail)

    def layer(self, deductible: float, limit: float) -> float:
        """Return E[min((S - deductible)+, limit)]: a yearly layer."""
        check.not_negative("layer", "deductible", deductible)
        return float(self.lev(deductible + limit) - self.lev(deductible))

    def tvar(self, p: float) -> float:
        """Return the mean of the worst 1 - `p`: VaR + E[(S - VaR)+] / (1 - p), p < 1."""
        var = self.quantile(p)
        return var + float(self.mean() - self.lev(var)) / (1 - p)
