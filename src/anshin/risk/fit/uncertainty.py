"""How far fitted parameters may be off: a parametric bootstrap gives whole sets of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from anshin.risk import check
from anshin.risk.distributions import Severity
from anshin.risk.errors import FitError
from anshin.risk.fit.likelihood import Fit
from anshin.risk.fit.tables import BandTable


def bootstrap(
    fit: Fit, refit: Callable[[Sequence[BandTable]], Fit], draws: int, generator: np.random.Generator
) -> list[Severity]:
    """Return `draws` severities: each table is drawn anew from the fit (multinomial) and fitted again by `refit`.

    A drawn table to which nothing can be fitted is drawn again; after 10 such in a row FitError is raised.
    """
    check.whole("bootstrap", "draws", draws, least=1)
    expected = [counts / counts.sum() for counts in fit.expected()]
    found: list[Severity] = []
    failed = 0
    while len(found) < draws:
        tables = [
            replace(table, counts=tuple(map(float, generator.multinomial(round(table.n), chances))))
            for table, chances in zip(fit.tables, expected, strict=True)
        ]
        try:
            found.append(refit(tables).severity)
            failed = 0
        except FitError:
            failed += 1
            if failed == 10:
                raise
    return found


def share_above(severities: Sequence[Severity], amount: float, *, probability: float = 0.9) -> tuple[float, float]:
    """Return the band in which P(X > amount) lies with `probability` over the draws."""
    check.share("share_above", "probability", probability)
    shares = np.array([float(severity.sf(amount)) for severity in severities])
    low, high = np.quantile(shares, [(1 - probability) / 2, (1 + probability) / 2])
    return float(low), float(high)
