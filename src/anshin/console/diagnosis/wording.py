"""Words for answers, facts, states and yen, in the reader's language."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anshin.risk.questionnaire.problems import Problem
from anshin.risk.questionnaire.questions import UNKNOWN, Question, fact_kinds, questionnaire
from anshin.risk.questionnaire.values import NEVER
from anshin.risk.report.amounts import rounded

EVIDENCE: Mapping[str, str | Promise] = {
    "measured": gettext_lazy("Measured"),
    "answered": gettext_lazy("Answered"),
    "assumed": gettext_lazy("Assumed"),
}
GRADES: Mapping[str, str | Promise] = {
    "certain": gettext_lazy("Certain"),
    "estimated": gettext_lazy("Estimated"),
    "guess": gettext_lazy("Our judgement"),
}
STATES: Mapping[str, str | Promise] = {
    "in_place": gettext_lazy("In place"),
    "partly": gettext_lazy("In part"),
    "missing": gettext_lazy("Missing"),
    "unknown": gettext_lazy("Not known"),
    "not_applicable": gettext_lazy("Not needed"),
}
YES_NO: Mapping[str, str | Promise] = {
    "yes": gettext_lazy("Yes"),
    "partly": gettext_lazy("In part"),
    "no": gettext_lazy("No"),
}
_FILE_WORDS = {
    "ja": (("分からなければ unknown と書いてください。", "分からなければ「わからない」を選んでください。"),),
    "en": (("Write unknown if nobody knows.", "If nobody knows, choose “I do not know”."),),
}
"""What the sentences of `anshin.risk` say about a file, and what a page has instead."""


def mended(problem: Problem, question: Question | None, language: str) -> str:
    """Return a sentence about an answer as a page says it: without the names that a file has for questions."""
    short = "ja" if language.startswith("ja") else "en"
    text = problem.ja if short == "ja" else problem.en
    for said, instead in _FILE_WORDS[short]:
        text = text.replace(said, instead)
    if question is not None:
        for name in (f"「{question.id}」の ", f"「{question.id}」は", f"「{question.id}」に", f"“{question.id}”: "):
            text = text.removeprefix(name)
        for option in question.options:
            text = text.replace(f"「{option.id}」", f"「{option.ja}」").replace(f"“{option.id}”", f"“{option.en}”")
        text = text.replace(f"「{question.id}」", "この質問").replace(f"“{question.id}”", "This question")
    if problem.code == "contradiction.data_of_nobody":
        for option in questionnaire().by_id()["data_kinds"].options:
            text = re.sub(rf"\b{option.id}\b", option.text(short), text, flags=re.ASCII)
    return text[:1].upper() + text[1:]


def question_of(problem: Problem) -> Question | None:
    """Return the question that a problem is about, if it is about one."""
    return questionnaire().by_id().get(problem.where.removeprefix("answers."))


def answer_text(question: Question, value: Any, language: str) -> str:
    """Return an answer in words."""
    if value == UNKNOWN:
        return _("I do not know")
    if value == NEVER:
        return _("Never")
    if question.kind == "yes_no_partly":
        return str(YES_NO.get(value, value))
    if question.options:
        names = {option.id: option.text(language) for option in question.options}
        chosen = value if isinstance(value, list) else [value]
        return ("、" if language.startswith("ja") else "; ").join(names.get(one, str(one)) for one in chosen)
    if question.kind == "number" and question.unit is not None:
        shown = f"{value:,}" if isinstance(value, int) else f"{value:g}"
        return f"{shown} {question.unit.text(language)}"
    return str(value)


def fact_text(fact: Mapping[str, Any], language: str) -> str:
    """Return a measured fact in words, with the day of its measurement."""
    kind = fact_kinds()[fact["fact"]]
    value = fact["value"]
    shown = f"{value:.0%}" if kind.kind == "share" else f"{value:,}" if kind.kind == "number" else str(value)
    at = date_format(date.fromisoformat(fact["at"]), "DATE_FORMAT")
    return _("%(fact)s: %(value)s (measured on %(day)s)") % {"fact": kind.text(language), "value": shown, "day": at}


@cache
def _units() -> dict[str, dict[str, dict[str, str]]]:
    text = files("anshin.console.diagnosis").joinpath("units.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(text)
    return found


def amount_text(value: str, unit: str, language: str) -> str:
    """Return the value of an assumption with its unit, both in words of `language`."""
    short = "ja" if language.startswith("ja") else "en"
    for said, words in _units()["quantities"].items():
        value = value.replace(said, words[short])
    known = _units()["units"].get(unit)
    return f"{value} {known[short] if known else unit}".strip()


def used_text(question: str, value: str, language: str) -> str:
    """Return an answer as a result holds it (one text, several options joined by commas), in words."""
    asked = questionnaire().by_id().get(question)
    if asked is None or value == UNKNOWN:
        return _("I do not know") if asked is not None else value
    if asked.kind == "multi":
        return answer_text(asked, [one.strip() for one in value.split(",")], language)
    if asked.kind == "number":
        try:
            number = float(value)
        except ValueError:
            return value
        return answer_text(asked, int(number) if number == int(number) else number, language)
    return answer_text(asked, value, language)


def short_yen(amount: int, language: str) -> str:
    """Return yen for an axis or a table: 360万円, 1.2億円; ¥3.6M, ¥120M, ¥90k."""
    value = rounded(amount)
    if language.startswith("ja"):
        for unit, name in ((10**8, "億円"), (10**4, "万円")):
            if abs(value) >= unit:
                return f"{_plain(value / unit)}{name}"
        return f"{value:,}円"
    for unit, name in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if abs(value) >= unit:
            return f"¥{_plain(value / unit)}{name}"
    return f"¥{value:,}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"
