"""A portfolio as columns: about 80 bytes a firm, checked once, never changed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anshin.risk import check
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import ParameterError, PortfolioError
from anshin.risk.terms import ORDERS, Step

KINDS: tuple[str, ...] = ("os", "cloud", "mail", "supplier", "vpn")
"""Kinds of vendors that many firms share."""

NO_LIMIT = float(1 << 50)
"""Stands for no limit: above any sum of one firm's year."""


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """One row per firm. Amounts in yen; all arrays have the same length.

    `rate`: own events a year. An event's loss is lognormal with log-median `mu` and `sigma`, or with probability
    `serious_share` with `serious_mu` and `serious_sigma`; it is cut at `largest`. Cover per event: `deductible`,
    `permille` (縮小支払割合 in 1/1000), `limit`, in the portfolio's one `order`; then `limit_per_year`. `sector` and
    each kind in `vendors` are positions in `sectors` and `vendor_names[kind]`, -1 for none.
    """

    rate: Floats
    mu: Floats
    sigma: Floats
    serious_share: Floats
    serious_mu: Floats
    serious_sigma: Floats
    deductible: Floats
    permille: Floats
    limit: Floats
    limit_per_year: Floats
    sector: NDArray[np.int16]
    vendors: Mapping[str, NDArray[np.int16]]
    sectors: tuple[str, ...]
    vendor_names: Mapping[str, tuple[str, ...]]
    order: tuple[Step, ...] = ORDERS[0]
    largest: float = 1e12
    name: str = field(default="", compare=False)

    def __len__(self) -> int:
        """Return the number of firms."""
        return int(self.rate.size)

    def part(self, rows: slice) -> "Portfolio":
        """Return some rows as views, without copying."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        for key, value in values.items():
            if isinstance(value, np.ndarray):
                values[key] = value[rows]
        return Portfolio(**values | {"vendors": {kind: codes[rows] for kind, codes in self.vendors.items()}})

    def digest(self) -> str:
        """Return a SHA-256 over everything that a result depends on."""
        told = hashlib.sha256()
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name == "vendors":
                for kind in sorted(value):
                    told.update(kind.encode() + value[kind].tobytes())
            elif isinstance(value, np.ndarray):
                told.update(value.tobytes())
            elif f.name != "name":
                told.update(repr(sorted(value.items()) if isinstance(value, Mapping) else value).encode())
        return told.hexdigest()


def make_portfolio(
    *,
    rate: ArrayLike,
    median: ArrayLike,
    sigma: ArrayLike,
    serious_share: ArrayLike = 0.0,
    serious_median: ArrayLike = 1.0,
    serious_sigma: ArrayLike = 1.0,
    deductible: ArrayLike = 0,
    share: ArrayLike = 1.0,
    limit: ArrayLike = np.inf,
    limit_per_year: ArrayLike = np.inf,
    sector: Sequence[str] | None = None,
    vendors: Mapping[str, Sequence[str]] | None = None,
    order: tuple[Step, ...] = ORDERS[0],
    largest: float = 1e12,
    name: str = "portfolio",
) -> Portfolio:
    """Return a checked portfolio from columns; a single number stands for every firm.

    `sector` and `vendors[kind]` are texts, empty for none. Deductible and limits are whole yen, shares whole per mille.
    Raises PortfolioError when there is no firm, ParameterError for a value without meaning, naming column and row.
    """
    rates = np.atleast_1d(np.asarray(rate, dtype=np.float64))
    n = rates.size
    if n == 0:
        raise PortfolioError("portfolio.empty", where=name)
    if order not in ORDERS:
        raise ParameterError("parameter.unknown", where="order", value=", ".join(order), known=", ".join(Step))
    column = _Columns(name, n)
    check.positive(name, "largest", largest)
    if largest > 1e12:
        raise ParameterError("parameter.too_large", where=name, name="largest", value=largest, limit="1e12")
    named = {kind: _codes(f"{name} {kind}", codes, n) for kind, codes in (vendors or {}).items()}
    for kind in named:
        check.known("vendors", kind, KINDS)
    sector_names, sector_codes = _codes(f"{name} sector", sector or [""] * n, n)
    return Portfolio(
        rate=column.read("rate", rates, above=True),
        mu=np.log(column.read("median", median, above=True)),
        sigma=column.read("sigma", sigma, above=True),
        serious_share=column.read("serious_share", serious_share, most=1.0),
        serious_mu=np.log(column.read("serious_median", serious_median, above=True)),
        serious_sigma=column.read("serious_sigma", serious_sigma, above=True),
        deductible=column.read("deductible", deductible, whole=True, most=NO_LIMIT),
        permille=column.read(
            "share x 1000", np.rint(np.asarray(share, dtype=np.float64) * 1e6) / 1e3, whole=True, most=1000.0
        ),
        limit=column.read("limit", _finite(limit), whole=True),
        limit_per_year=column.read("limit_per_year", _finite(limit_per_year), whole=True),
        sector=sector_codes,
        vendors={kind: codes for kind, (_, codes) in named.items()},
        sectors=sector_names,
        vendor_names={kind: names for kind, (names, _) in named.items()},
        order=order,
        largest=largest,
        name=name,
    )


def _finite(limit: ArrayLike) -> Floats:
    given = np.asarray(limit, dtype=np.float64)
    return np.where(given > NO_LIMIT, NO_LIMIT, given)


class _Columns:
    """Reads numbers of one portfolio and names the first row that has no meaning."""

    def __init__(self, name: str, n: int) -> None:
        self.name, self.n = name, n

    def read(
        self, key: str, values: ArrayLike, *, above: bool = False, whole: bool = False, most: float = np.inf
    ) -> Floats:
        given = np.asarray(values, dtype=np.float64)
        if given.ndim > 1 or (given.ndim == 1 and given.size not in {1, self.n}):
            raise ParameterError("parameter.length", where=f"{self.name} {key}", value=f"{given.shape}, {self.n}")
        column = np.array(np.broadcast_to(given, (self.n,)))
        self._refuse(key, column, ~np.isfinite(column), "parameter.not_a_number")
        if above:
            self._refuse(key, column, column <= 0, "parameter.not_positive")
        self._refuse(key, column, column < 0, "parameter.negative")
        if whole:
            self._refuse(key, column, column != np.rint(column), "parameter.whole")
        if np.any(column > most):
            row = int(np.flatnonzero(column > most)[0])
            where = f"{self.name}, row {row + 1}"
            raise ParameterError("parameter.too_large", where=where, name=key, value=column[row], limit=most)
        return column

    def _refuse(self, key: str, column: Floats, bad: NDArray[np.bool_], code: str) -> None:
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise ParameterError(code, where=f"{self.name}, row {row + 1}", name=key, value=column[row])


def _codes(where: str, texts: Sequence[str], n: int) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    if len(texts) != n:
        raise ParameterError("parameter.length", where=where, value=f"{len(texts)}, {n}")
    names, codes = np.unique(np.asarray(texts, dtype=str), return_inverse=True)
    if names.size > 30_000:
        raise ParameterError("parameter.too_large", where=where, name="number of names", value=names.size, limit=30_000)
    if names[0] == "":
        names, codes = names[1:], codes - 1
    return tuple(map(str, names)), codes.astype(np.int16)
