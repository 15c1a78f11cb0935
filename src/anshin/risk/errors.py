"""What may go wrong in the numbers; every error is one sentence in Japanese and in English that says how to mend it."""

from functools import cache
from importlib.resources import files

import yaml


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Return every sentence of `sentences*.yaml` in this package by its code."""
    found: dict[str, dict[str, str]] = {}
    folder = files("anshin.risk")
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.startswith("sentences")):
        if name.endswith(".yaml"):
            found |= yaml.safe_load(folder.joinpath(name).read_text(encoding="utf-8"))
    return found


class RiskError(Exception):
    """Base of everything `anshin.risk` raises on purpose: `code`, `ja` and `en`; `str()` is the English sentence."""

    def __init__(self, code: str, **values: object) -> None:
        """Fill the sentence `code` of `sentences*.yaml` with `values`. Raises KeyError when there is none."""
        words = sentences()[code]
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}
        self.ja = words["ja"].format(**self.values)
        self.en = words["en"].format(**self.values)
        super().__init__(self.en)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes whole: the default would lose `values`."""
        return _again, (type(self), self.code, self.values)


def _again(kind: type[RiskError], code: str, values: dict[str, str]) -> RiskError:
    return kind(code, **values)


class ParameterError(RiskError, ValueError):
    """A parameter of a distribution, frequency or term has no meaning (negative, NaN, a share above 1)."""


class DataError(RiskError, ValueError):
    """A file or table of input cannot be read as what it should be."""


class FitError(RiskError):
    """The data cannot pin the parameters that were asked for."""


class GridError(RiskError):
    """A numerical method cannot hold the error bound that it promises."""


class PortfolioError(RiskError):
    """A portfolio run cannot go on: nothing to run, no scheduler, a folder of another run."""


class BlockDamagedError(PortfolioError):
    """A finished block on disk is not what was written."""
