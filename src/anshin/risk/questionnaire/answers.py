"""Reads a firm's answers strictly: whatever is wrong is said, all of it at once, and nothing is filled in silently."""

import datetime as dt
from typing import Any

from anshin.risk.data import parse_yaml
from anshin.risk.errors import DataError, RiskError
from anshin.risk.questionnaire import contradictions, values
from anshin.risk.questionnaire.problems import Problem, Problems
from anshin.risk.questionnaire.questions import UNKNOWN, FactKind, Question, fact_kinds, questionnaire
from anshin.risk.text import Evidence, Frozen

SCHEMA_VERSION = 1
VALID_DAYS = 365
"""Answers older than this say how the firm was, not how it is."""
Value = int | float | str | tuple[str, ...]


class Answer(Frozen):
    """One answer, `unknown` included, with the evidence for it."""

    value: Value
    evidence: Evidence
    dated: dt.date | None  # of the answer or of the measurement; None for unknown


class MeasuredFact(Frozen):
    """A fact with the day on which it was measured."""

    fact: str
    value: float | dt.date
    at: dt.date
    expired: bool  # too old to prove anything; the answer counts instead


class Answers(Frozen):
    """All answers of one firm, checked."""

    company: str
    answered_on: dt.date
    answers: dict[str, Answer]
    facts: dict[str, MeasuredFact]

    def value(self, question: str) -> Value | None:
        """Return the answer, or None for unknown."""
        found = self.answers[question].value
        return None if found == UNKNOWN else found


class AnswersError(RiskError):
    """The answers cannot be used; `problems` holds a sentence for each thing that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep all problems; the message joins them."""
        super().__init__("answers.refused", count=len(problems))
        self.ja += "".join(f" {problem.ja}" for problem in problems)
        self.en += "".join(f" {problem.en}" for problem in problems)
        self.args = (self.en,)
        self.problems = problems

    def __reduce__(self) -> tuple[object, ...]:
        """Travel between processes whole."""
        return type(self), (self.problems,)


def read_answers(text: str, *, name: str, today: dt.date) -> Answers:
    """Return the answers written as JSON or YAML in `text`. Raises DataError or AnswersError."""
    raw = parse_yaml(text, name)
    if not isinstance(raw, dict):
        raise DataError("data.unreadable", path=name, cause="not a mapping (schema_version, company, answers, facts)")
    return check_answers(raw, today=today)


def check_answers(raw: dict[str, Any], *, today: dt.date) -> Answers:
    """Return the answers in `raw`. Raises AnswersError with every problem found."""
    problems = Problems()
    for key in sorted(set(map(str, raw)) - {"schema_version", "company", "answered_on", "answers", "facts"}):
        problems.add("answers.unknown_field", key, field=key)
    if raw.get("schema_version") != SCHEMA_VERSION:
        problems.add("answers.schema", "schema_version", wanted=SCHEMA_VERSION, value=raw.get("schema_version"))
    company = raw.get("company")
    if not isinstance(company, str) or not company.strip() or len(company) > 200:
        problems.add("answers.company", "company")
    answered_on = _answered_on(raw.get("answered_on"), today, problems)
    given = _mapping(raw.get("answers"), "answers", problems)
    facts = _facts(raw.get("facts"), today, problems)
    read = {} if given is None else _read(given, answered_on, today, problems)
    contradictions.find(read, {key: fact.value for key, fact in facts.items()}, problems)
    if problems.found:
        raise AnswersError(tuple(problems.found))
    answers = {
        key: Answer(
            value=value,
            evidence="assumed" if value == UNKNOWN else "answered",
            dated=None if value == UNKNOWN else answered_on,
        )
        for key, value in read.items()
    }
    for key, fact in facts.items():
        kind = fact_kinds()[key]
        if not fact.expired and kind.kind == "number":
            answers[kind.question] = answers[kind.question].model_copy(update=_measured(answers, kind, fact))
    return Answers(company=str(company).strip(), answered_on=answered_on, answers=answers, facts=facts)


def _measured(answers: dict[str, Answer], kind: FactKind, fact: MeasuredFact) -> dict[str, Any]:
    # a count of machines with an agent is a lower bound: it answers only what a person did not
    if answers[kind.question].value == UNKNOWN and not isinstance(fact.value, dt.date):
        return {"value": int(fact.value), "evidence": "measured", "dated": fact.at}
    return {}


def _answered_on(value: Any, today: dt.date, problems: Problems) -> dt.date:
    day = values.read_date(value)
    if day is None:
        problems.add("answers.date", "answered_on", field="answered_on", value=value)
        return today
    if day > today:
        problems.add("answers.future", "answered_on", field="answered_on", value=day, today=today)
    elif (today - day).days > VALID_DAYS:
        problems.add("answers.too_old", "answered_on", value=day, days=VALID_DAYS)
    return day


def _mapping(value: Any, field: str, problems: Problems) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return {str(key): content for key, content in value.items()}
    problems.add("answers.mapping", field, field=field)
    return None


def _read(given: dict[str, Any], day: dt.date, today: dt.date, problems: Problems) -> dict[str, Value]:
    questions: dict[str, Question] = questionnaire().by_id()
    for key in given:
        if key not in questions:
            problems.add("answers.unknown_question", f"answers.{key}", field=key)
    read: dict[str, Value] = {}
    for key, question in questions.items():
        if key not in given or given[key] is None:
            problems.add("answers.missing", f"answers.{key}", field=key, question=question.title)
            continue
        value = values.read_value(question, given[key], min(day, today), problems)
        if value is not None:
            read[key] = value
    return read


def _facts(raw: Any, today: dt.date, problems: Problems) -> dict[str, MeasuredFact]:
    if raw is None:
        return {}
    if not isinstance(raw, list):
        problems.add("answers.facts_list", "facts")
        return {}
    found: dict[str, MeasuredFact] = {}
    for number, entry in enumerate(raw):
        where = f"facts.{number}"
        if not isinstance(entry, dict) or set(entry) != {"fact", "value", "at"}:
            problems.add("answers.fact_shape", where, field=where)
            continue
        key, at = str(entry["fact"]), values.read_date(entry["at"])
        kind = fact_kinds().get(key)
        if kind is None:
            problems.add("answers.unknown_fact", where, field=key, known=", ".join(fact_kinds()))
        elif key in found:
            problems.add("answers.fact_twice", where, field=key)
        elif at is None:
            problems.add("answers.date", where, field=f"{where}.at", value=entry["at"])
        elif at > today:
            problems.add("answers.future", where, field=key, value=at, today=today)
        else:
            value = values.read_fact(kind, entry["value"], key, today, problems)
            if value is not None:
                day = value if isinstance(value, dt.date) else at  # a drill counts from the day it was held
                expired = (today - day).days > kind.days
                found[key] = MeasuredFact(fact=key, value=value, at=at, expired=expired)
    return found
