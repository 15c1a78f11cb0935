"""One question on one screen: how it is asked, and how what was typed is read by `anshin.risk`."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anshin.console.diagnosis.wording import mended
from anshin.risk.questionnaire.problems import Problems
from anshin.risk.questionnaire.questions import UNKNOWN, Question
from anshin.risk.questionnaire.values import NEVER, read_value

YES_NO_PARTLY: dict[str, str | Promise] = {
    "yes": gettext_lazy("Yes"),
    "partly": gettext_lazy("In part"),
    "no": gettext_lazy("No"),
}
LARGEST_BUDGET = 10**12
_UNITS = re.compile(r"^(?:(?P<oku>[\d.]+)億)?(?:(?P<man>[\d.]+)万)?(?P<rest>\d+)?$")
_NOISE = re.compile(r"[\s,、円人台枚件分%約]|¥")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen."""

    value: str
    text: str | Promise
    chosen: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it stands on the page, with what was given and what is wrong with it."""

    question: Question
    title: str
    help: str
    unit: str
    text: str  # typed into the one field of a number or month
    choices: tuple[Choice, ...]
    marks: tuple[Choice, ...]  # わからない, and never
    errors: tuple[str, ...] = ()


def ask(question: Question, given: Any, language: str, errors: Sequence[str] = ()) -> Asked:
    """Return the question with the answer `given` (None for none yet) filled in."""
    return Asked(
        question=question,
        title=question.title.text(language),
        help=question.help.text(language),
        unit=question.unit.text(language) if question.unit else "",
        text="" if given in (None, UNKNOWN, NEVER) or isinstance(given, list) else str(given),
        choices=_choices(question, given, language),
        marks=_marks(question, given),
        errors=tuple(errors),
    )


def ask_again(question: Question, post: QueryDict, language: str, errors: Sequence[str]) -> Asked:
    """Return the question with exactly what was typed and ticked, and what is wrong with it."""
    ticked = post.getlist("value") if question.options or question.kind == "yes_no_partly" else []
    asked = ask(question, ticked or None, language, errors)
    marks = tuple(Choice(m.value, m.text, m.value in post.getlist("mark")) for m in asked.marks)
    choices = tuple(Choice(c.value, c.text, c.value in ticked) for c in asked.choices)
    text = "" if ticked else post.get("value", "")[:100]
    return Asked(question, asked.title, asked.help, asked.unit, text, choices, marks, asked.errors)


def read(question: Question, post: QueryDict, today: date, language: str) -> tuple[Any, list[str]]:
    """Return (answer, []) or (None, sentences that say what is wrong)."""
    values = [value.replace("\0", "") for value in post.getlist("value") if value.strip()]
    marks = post.getlist("mark")
    if marks and values:
        return None, [_("Give an answer or tick the box below it, not both.")]
    if len(marks) > 1:
        return None, [_("Tick only one of the two boxes.")]
    if not marks and not values:
        return None, [_("Please give an answer. If nobody knows, choose “I do not know”.")]
    raw = marks[0] if marks else _raw(question, values)
    problems = Problems()
    value = read_value(question, raw, today, problems)
    if value is None:
        return None, [mended(p, question, language) for p in problems.found]
    return list(value) if isinstance(value, tuple) else value, []


def read_budget(post: Mapping[str, str]) -> tuple[int | None, str]:
    """Return (yen, "") or (None, a sentence)."""
    value = number(post.get("budget", ""))
    if not isinstance(value, int) or not 0 <= value <= LARGEST_BUDGET:
        return None, _("Write the budget in whole yen a year, for example 200000.")
    return value, ""


def number(text: str) -> int | float | str:
    """Return a number as people write it: 1,200, １２００, 8億6000万; the text itself when it is none."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    parts = _UNITS.fullmatch(plain)
    try:
        if parts and (parts["oku"] or parts["man"]):
            value = float(parts["oku"] or 0) * 10**8 + float(parts["man"] or 0) * 10**4 + float(parts["rest"] or 0)
            return int(value) if value == int(value) else value
        return float(plain) if "." in plain else int(plain)
    except ValueError:
        return text.strip()[:100]


def _raw(question: Question, values: list[str]) -> Any:
    if question.kind == "number":
        return number(values[0])
    if question.kind == "month":
        return unicodedata.normalize("NFKC", values[0]).strip().replace("/", "-")[:100]
    if question.kind == "multi":
        return UNKNOWN if values == [UNKNOWN] else values
    return values[0]


def _choices(question: Question, given: Any, language: str) -> tuple[Choice, ...]:
    chosen = given if isinstance(given, list) else [given]
    if question.kind == "yes_no_partly":
        pairs: list[tuple[str, str | Promise]] = list(YES_NO_PARTLY.items())
    else:
        pairs = [(option.id, option.text(language)) for option in question.options]
    if not pairs:
        return ()
    pairs.append((UNKNOWN, _("I do not know")))
    return tuple(Choice(value, text, value in chosen) for value, text in pairs)


def _marks(question: Question, given: Any) -> tuple[Choice, ...]:
    if question.options or question.kind == "yes_no_partly":
        return ()
    never = [(NEVER, _("Never"))] if question.kind == "month" else []
    return tuple(Choice(value, text, given == value) for value, text in [*never, (UNKNOWN, _("I do not know"))])
