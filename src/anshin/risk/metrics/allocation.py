"""Whose losses make the bad years."""

from collections.abc import Mapping

import numpy as np

from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import ParameterError
from anshin.risk.metrics.summary import sample, tvar


def co_tvar(parts: Mapping[str, Floats], p: float) -> dict[str, float]:
    """Return each part's mean in the worst 1 - `p` of the years of the sum; the figures add up to the sum's TVaR.

    `parts` are yearly losses of the same years. Years that tie at the border share its weight evenly. Raises
    ParameterError when there is no part or their years differ in number.
    """
    if not parts:
        raise ParameterError("parameter.empty", where="co_tvar parts")
    rows = {code: sample(values) for code, values in parts.items()}
    if len({values.size for values in rows.values()}) > 1:
        raise ParameterError("parameter.length", where="co_tvar years", value=[v.size for v in rows.values()])
    weights = tail_weights(np.sum(list(rows.values()), axis=0), p)
    return {code: float(values @ weights) for code, values in rows.items()}


def tail_weights(total: Floats, p: float) -> Floats:
    """Return the weight of each year in the TVaR of `total`; they add up to 1."""
    tvar(total, p)  # refuses a level without meaning
    ordered = np.sort(total)
    n = total.size
    share = (1 - p) * n
    border = ordered[min(max(int(np.ceil(p * n - 1e-9)), 1), n) - 1]
    weights = (total > border).astype(np.float64)
    ties = total == border
    weights[ties] = (share - weights.sum()) / ties.sum()
    return np.asarray(weights / share)
