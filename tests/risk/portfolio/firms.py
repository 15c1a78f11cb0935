"""Firms for the tests."""

from typing import Any

import numpy as np

from anshin.risk.portfolio import Portfolio, make_portfolio


def firms(n: int, **values) -> Portfolio:
    """A portfolio in which everything differs from firm to firm; the same on every call."""
    generator = np.random.default_rng(4)
    columns: dict[str, Any] = {
        "rate": generator.gamma(2.0, 0.01, n),
        "median": generator.uniform(1e6, 5e6, n),
        "sigma": generator.uniform(0.8, 1.6, n),
        "serious_share": generator.uniform(0, 0.3, n),
        "serious_median": 2e7,
        "serious_sigma": 0.9,
        "deductible": generator.choice([0, 100_000], n),
        "share": generator.choice([0.9, 1.0], n),
        "limit": generator.choice([4e6, 3e7, np.inf], n),
        "limit_per_year": generator.choice([4e6, np.inf], n),
        "sector": list(generator.choice(["製造", "小売", ""], n)),
        "vendors": {kind: list(generator.choice(["A", "B", ""], n)) for kind in ("os", "cloud")},
    }
    return make_portfolio(**columns | values)
