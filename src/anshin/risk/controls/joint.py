"""Puts the factors of several controls together: by rank, with a floor, never by plain multiplication."""

from collections.abc import Sequence

import numpy as np

from anshin.risk.distributions import Floats


def partial(adoption: Floats, *, weakest: bool) -> Floats:
    """Return how much of the effect partial adoption brings; with `weakest`, attackers find the open half."""
    return np.asarray(adoption**2 if weakest else adoption)


def factor(full: Floats, adoption: Floats, *, weakest: bool) -> Floats:
    """Return what a control at `adoption` (0..1) leaves, when it leaves `full` at 1."""
    return np.asarray(1 - partial(adoption, weakest=weakest) * (1 - full))


def joint(factors: Sequence[Floats], *, rank_weight: float, floor: float) -> Floats:
    """Return what all controls together leave, never below `floor`.

    The strongest factor counts fully, the next to the power `rank_weight`, the next to its square, and so on; another
    control can therefore only help, but less and less. `factors` are arrays of one shape in (0, 1].
    """
    ordered = np.sort(np.log(np.stack(factors)), axis=0)
    weights = rank_weight ** np.arange(len(factors), dtype=np.float64)
    return np.asarray(np.maximum(np.exp(weights @ ordered), floor))
