"""Collects what is wrong with answers, a sentence in both languages for each thing."""

from typing import NamedTuple

from anshin.risk.errors import RiskError
from anshin.risk.text import Bilingual

LONGEST = 300
_LARGEST = 10**30


def shown(value: object) -> str:
    """Return a value as a sentence may hold it: short, and never the inside of a list, which may be without end."""
    if isinstance(value, (list, tuple, dict, set)):
        return f"({type(value).__name__}, {len(value)})"
    if isinstance(value, int) and abs(value) > _LARGEST:
        return f"≈ 2^{value.bit_length()}"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


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
        told = {name: shown(value) for name, value in values.items()}
        ja = RiskError(code, question=question.ja if question else "", **told).ja
        en = RiskError(code, question=question.en if question else "", **told).en
        self.found.append(Problem(code, where, ja, en))
