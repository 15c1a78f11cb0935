"""Collects what is wrong with answers, a sentence in both languages for each thing."""

from typing import NamedTuple

from anshin.risk.errors import RiskError


class Problem(NamedTuple):
    """One thing that is wrong: a stable code, where, and what to do."""

    code: str
    where: str
    ja: str
    en: str


class Problems:
    """The problems found so far."""

    def __init__(self) -> None:
        """Start with none."""
        self.found: list[Problem] = []

    def add(self, code: str, where: str, **values: object) -> None:
        """Note the problem `code`, a key of `sentences.answers.yaml`, at `where`."""
        error = RiskError(code, **values)
        self.found.append(Problem(code, where, error.ja, error.en))
