"""Collects what is wrong with answers, a sentence in both languages for each thing."""

from typing import NamedTuple

from anshin.risk.errors import RiskError
from anshin.risk.text import Bilingual


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

    def add(self, code: str, where: str, *, question: Bilingual | None = None, **values: object) -> None:
        """Note the problem `code` of `sentences.answers.yaml` at `where`; `question` is said in each language."""
        ja = RiskError(code, question=question.ja if question else "", **values).ja
        en = RiskError(code, question=question.en if question else "", **values).en
        self.found.append(Problem(code, where, ja, en))
