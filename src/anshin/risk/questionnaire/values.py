"""Reads single values: an answer by the kind of its question, a fact by its own kind, a date."""

import datetime as dt
import math
import re
from typing import Any

from anshin.risk.questionnaire.problems import Problems
from anshin.risk.questionnaire.questions import UNKNOWN, YES_NO_PARTLY, FactKind, Question

NEVER = "never"
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_UNKNOWN = (UNKNOWN, "わからない", "分からない")


def read_value(question: Question, value: Any, today: dt.date, problems: Problems) -> Any:
    """Return the answer as its question wants it, `unknown` included; None after noting why it cannot be used."""
    if isinstance(value, str) and value in _UNKNOWN:
        return UNKNOWN
    match question.kind:
        case "number":
            return _number(question, value, problems)
        case "choice":
            return _choice(question, value, tuple(option.id for option in question.options), problems)
        case "yes_no_partly":
            # YAML reads a bare yes or no as a truth value
            plain = {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
            return _choice(question, plain, YES_NO_PARTLY, problems)
        case "multi":
            return _multi(question, value, problems)
        case "month":
            return _month(question, value, today, problems)


def read_date(value: Any) -> dt.date | None:
    """Return a date from a date or from `2026-11-25`; None when it is none."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def read_fact(kind: FactKind, value: Any, key: str, today: dt.date, problems: Problems) -> float | dt.date | None:
    """Return the value of a fact; None after noting why it cannot be used."""
    if kind.kind == "date":
        day = read_date(value)
        if day is None:
            problems.add("answers.date", key, field=key, value=value)
        elif day > today:
            problems.add("answers.future", key, field=key, value=day, today=today)
            return None
        return day
    top = 1.0 if kind.kind == "share" else 1e6
    if not _is_number(value) or not 0 <= value <= top:
        problems.add("answers.fact_range", key, field=key, value=value, top=f"{top:g}")
        return None
    return float(value)


def _is_number(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _number(question: Question, value: Any, problems: Problems) -> int | float | None:
    where = f"answers.{question.id}"
    assert question.min is not None
    assert question.max is not None
    if not _is_number(value):
        problems.add("answers.not_a_number", where, field=question.id, value=value)
    elif value < question.min:
        problems.add("answers.too_small", where, field=question.id, value=value, bound=f"{question.min:,}")
    elif value > question.max:
        problems.add("answers.too_large", where, field=question.id, value=value, bound=f"{question.max:,}")
    elif question.id != "gross_margin" and value != int(value):
        problems.add("answers.not_whole", where, field=question.id, value=value)
    else:
        return float(value) if question.id == "gross_margin" else int(value)
    return None


def _choice(question: Question, value: Any, options: tuple[str, ...], problems: Problems) -> str | None:
    if isinstance(value, str) and value in options:
        return value
    known = ", ".join([*options, UNKNOWN])
    problems.add("answers.not_an_option", f"answers.{question.id}", field=question.id, value=value, known=known)
    return None


def _multi(question: Question, value: Any, problems: Problems) -> tuple[str, ...] | None:
    where, options = f"answers.{question.id}", {option.id: option for option in question.options}
    if not isinstance(value, list) or not value:
        problems.add("answers.not_a_list", where, field=question.id, known=", ".join([*options, UNKNOWN]))
        return None
    for one in value:
        if _choice(question, one, tuple(options), problems) is None:
            return None
    if len(set(value)) != len(value):
        problems.add("answers.option_twice", where, field=question.id)
        return None
    alone = [one for one in value if options[one].alone]
    if alone and len(value) > 1:
        problems.add("answers.alone", where, field=question.id, value=alone[0])
        return None
    return tuple(option for option in options if option in value)  # in the order of the options


def _month(question: Question, value: Any, today: dt.date, problems: Problems) -> str | None:
    where = f"answers.{question.id}"
    if value == NEVER:
        return NEVER
    found = _MONTH.fullmatch(value) if isinstance(value, str) else None
    if found is None or int(found[1]) < 1990:
        problems.add("answers.not_a_month", where, field=question.id, value=value)
        return None
    if (int(found[1]), int(found[2])) > (today.year, today.month):
        problems.add("answers.future", where, field=question.id, value=value, today=today)
        return None
    return str(value)
