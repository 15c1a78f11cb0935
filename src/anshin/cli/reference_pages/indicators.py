"""The page of signs: everything that the engine looks for, from the catalogue and our own YARA rules."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal

from anshin.cli.reference_pages.words import opening, read
from anshin.engine.rules.catalogue import Indicator, catalogue
from anshin.engine.rules.own import OwnRule, own_rules

Language = Literal["ja", "en"]


def page(language: Language) -> str:
    """Return the page in one language."""
    words = read("words.yaml")["indicators"][language]
    entries = sorted(catalogue().values(), key=lambda i: (_family(i), -i.weight, i.code))
    lines = [
        *opening("indicators", language),
        *_table("rule", (_rule_row(rule, language) for rule in own_rules()), words),
    ]
    for family, members in groupby(entries, key=_family):
        lines += _table(family, (_row(entry, language, words) for entry in members), words)
    return "\n".join(lines) + "\n"


def _table(title: str, rows: Iterable[str], words: dict[str, str]) -> Iterator[str]:
    yield from ("", f"## {title}", "", words["head"], "|---|---|---|---|---|")
    yield from rows


def _rule_row(rule: OwnRule, language: Language) -> str:
    sentence = rule.ja if language == "ja" else rule.en
    return _line(rule.code, f"{rule.weight:.2f}", sentence, rule.attack, rule.reference)


def _row(entry: Indicator, language: Language, words: dict[str, str]) -> str:
    sentence = entry.ja if language == "ja" else entry.en
    if entry.all_of or entry.any_of:
        parts = [f"`{code}`" for code in sorted(entry.all_of)]
        if entry.any_of:
            parts.append(f"{words['one_of']} {', '.join(f'`{code}`' for code in sorted(entry.any_of))}")
        sentence += f" {words['follows']} {' + '.join(parts)}"
    return _line(entry.code, f"{words[entry.kind]} {entry.weight:.2f}", sentence, entry.attack, entry.source)


def _line(code: str, weight: str, sentence: str, attack: tuple[str, ...], source: str) -> str:
    cells = (f"`{code}`", weight, sentence, ", ".join(attack) or "-", source)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _family(entry: Indicator) -> str:
    return entry.code.partition(".")[0]
