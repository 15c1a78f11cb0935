"""Common causes of a portfolio: one event at one vendor strikes a share of the firms that use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from anshin.risk import check
from anshin.risk.errors import DataError, ParameterError, RiskError
from anshin.risk.portfolio.model import KINDS, Portfolio

KEYS = {"rate", "hit", "sigma", "ja", "en", "grade", "source", "note"}


@dataclass(frozen=True, slots=True)
class VendorCause:
    """Events at `vendor` of `kind`: `rate` a year; each strikes each of its users with probability `hit`.

    Every loss of one event is multiplied by the same lognormal factor of mean 1 and log-SD `sigma` (0: none).
    """

    kind: str
    vendor: str
    rate: float
    hit: float
    sigma: float = 0.0

    def __post_init__(self) -> None:
        """Refuse parameters without meaning."""
        where = f"cause {self.kind} {self.vendor}"
        check.known(where, self.kind, KINDS)
        check.rate(where, self.rate)
        if not check.share(where, "hit", self.hit) > 0:
            raise ParameterError("parameter.not_positive", where=where, name="hit", value=self.hit)
        check.not_negative(where, "sigma", self.sigma)

    @property
    def code(self) -> str:
        """Return `kind:vendor`."""
        return f"{self.kind}:{self.vendor}"


def default_causes(portfolio: Portfolio) -> tuple[VendorCause, ...]:
    """Return a cause for every vendor of the portfolio from portfolio/causes.yaml (guesses, each with its reason)."""
    text = files("anshin.risk.portfolio").joinpath("causes.yaml").read_text(encoding="utf-8")
    return read_causes(yaml.safe_load(text), portfolio, "causes.yaml")


def read_causes(document: Any, portfolio: Portfolio, path: str) -> tuple[VendorCause, ...]:
    """Return the causes of a parsed YAML document: kind → rate, hit, sigma, grade, source. Raises DataError."""
    if not isinstance(document, Mapping):
        raise DataError("data.key", path=path, key="(top)", cause="a mapping of kinds is needed")
    found = []
    for kind, entry in document.items():
        if not isinstance(entry, Mapping) or not {"rate", "hit", "grade", "source"} <= set(entry) <= KEYS:
            raise DataError("data.key", path=path, key=kind, cause=f"it needs {', '.join(sorted(KEYS))}")
        for vendor in portfolio.vendor_names.get(str(kind), ()):
            try:
                cause = VendorCause(str(kind), vendor, entry["rate"], entry["hit"], entry.get("sigma", 0.0))
            except RiskError as error:
                raise DataError("data.key", path=path, key=kind, cause=error) from error
            found.append(cause)
    return tuple(found)
