"""The questions and the facts that may answer them, from `questions.yaml` and `facts.yaml`."""

import datetime as dt
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, model_validator

from anshin.risk.data import read_model, read_models
from anshin.risk.text import Bilingual, Code, Frozen, Grade, Words

Kind = Literal["number", "choice", "multi", "yes_no_partly", "month"]
UNKNOWN = "unknown"
"""The answer わからない. It widens the result; it is never replaced by a guess in silence."""
YES_NO_PARTLY = ("yes", "partly", "no")


class Option(Bilingual):
    """One possible answer."""

    id: Code
    alone: bool = False  # excludes the others of a multiple choice


class Standard(Frozen):
    """The item of a public check list that asks the same."""

    scheme: Literal["ipa_self_check", "security_action", "scs_star3"]
    item: str
    confirmed: bool  # whether the number was checked against a text


class Unknown(Frozen):
    """The spread that stands in for an answer nobody knows: exactly one of quantiles, weights and control."""

    per: Literal["employees"] | None = None
    p10: float | None = Field(default=None, gt=0)
    p90: float | None = Field(default=None, gt=0)
    weights: dict[Code, Annotated[float, Field(ge=0, le=1)]] | None = None
    control: Code | None = None  # the usual adoption of this control among such firms
    source: Code | None = None
    grade: Grade | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Unknown":
        ways = (self.p10 is not None and self.p90 is not None, self.weights is not None, self.control is not None)
        if sum(ways) != 1:
            raise ValueError("give exactly one of p10 with p90, weights, control")
        if self.control is None and (self.source is None or self.grade is None):
            raise ValueError("source and grade are missing")
        if self.p10 is not None and self.p90 is not None and self.p10 >= self.p90:
            raise ValueError("p10 must be smaller than p90")
        return self


class Question(Frozen):
    """One question on one screen."""

    id: Code
    kind: Kind
    ja: Words
    en: Words
    help: Bilingual
    unit: Bilingual | None = None
    min: int | None = None
    max: int | None = None
    options: tuple[Option, ...] = ()
    fact: str | None = None
    standards: tuple[Standard, ...] = ()
    moves: Annotated[tuple[str, ...], Field(min_length=1)]
    unknown: Unknown

    @model_validator(mode="after")
    def _whole(self) -> "Question":
        if self.kind == "number" and (self.unit is None or self.min is None or self.max is None):
            raise ValueError("a number needs unit, min and max")
        if (self.kind in ("choice", "multi")) != bool(self.options):
            raise ValueError("options belong to choice and multi, and only to them")
        unknown = set(self.unknown.weights or ()) - {option.id for option in self.options}
        if unknown:
            raise ValueError(f"weights for options that do not exist: {sorted(unknown)}")
        return self

    @property
    def title(self) -> Bilingual:
        """Return the question in both languages."""
        return Bilingual(ja=self.ja, en=self.en)


class Questionnaire(Frozen):
    """All questions in their order."""

    version: str
    date: dt.date
    minutes: int
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=25)]

    def by_id(self) -> dict[str, Question]:
        """Return the questions by their id, in order."""
        return {question.id: question for question in self.questions}


class FactKind(Bilingual):
    """A dated fact that a program can measure, and the question that it answers."""

    question: Code
    option: Code | None = None  # of a multiple choice: the fact proves this one
    kind: Literal["number", "share", "date"]
    days: int = Field(gt=0)  # how long it proves something


@cache
def questionnaire() -> Questionnaire:
    """Return the questions that ship with this version. Raises DataError naming file and key."""
    return read_model(Questionnaire, "questionnaire/questions.yaml")


@cache
def fact_kinds() -> dict[str, FactKind]:
    """Return every kind of fact by its id. Raises DataError naming file and key."""
    return read_models(FactKind, "questionnaire/facts.yaml")
