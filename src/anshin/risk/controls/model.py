"""The form of the control files, and their loader."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, model_validator

from anshin.risk.data import check, parse_yaml, read_model
from anshin.risk.errors import DataError
from anshin.risk.parameter import Parameter, Spread
from anshin.risk.questionnaire.questions import YES_NO_PARTLY, questionnaire
from anshin.risk.scenarios.load import accidents, item_titles
from anshin.risk.scenarios.model import Exposure
from anshin.risk.terms import covers
from anshin.risk.text import Bilingual, Code, Evidence, Frozen, Grade

FOLDER = "controls/measures"
Share = Annotated[float, Field(ge=0, le=1)]


class AnswerMap(Frozen):
    """How an answer becomes an adoption of 0 to 1: by option, by the sum over chosen options, or by months since."""

    question: Code
    options: dict[str, Share] | None = None
    any: dict[str, Share] | None = None
    months: dict[int, Share] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "AnswerMap":
        if sum(way is not None for way in (self.options, self.any, self.months)) != 1:
            raise ValueError("give exactly one of options, any, months")
        question = questionnaire().by_id().get(self.question)
        if question is None:
            raise ValueError(f"there is no question {self.question!r}")
        known = YES_NO_PARTLY if question.kind == "yes_no_partly" else tuple(o.id for o in question.options)
        strange = [key for key in {**(self.options or {}), **(self.any or {})} if key not in known]
        missing = [key for key in known if self.options is not None and key not in self.options]
        if strange or missing:
            raise ValueError(f"options do not match the question {self.question!r}: {strange + missing}")
        return self


class Effect(Frozen):
    """What full adoption leaves of a frequency or of some costs: a factor of 0 to 1."""

    scenario: Code
    frequency: Spread | None = None
    severity: Spread | None = None
    items: tuple[str, ...] = ()
    source: Code
    grade: Grade
    bias: Code

    @model_validator(mode="after")
    def _one_way(self) -> "Effect":
        if (self.frequency is None) == (self.severity is None) or (self.severity is None) == bool(self.items):
            raise ValueError("give frequency, or severity with items")
        if (self.factor.high or 2) > 1:
            raise ValueError("a control cannot make things worse: low, mode, high at most 1")
        if self.scenario not in accidents():
            raise ValueError(f"there is no scenario {self.scenario!r}")
        for pattern in self.items:
            if not any(covers(pattern, code) for code in item_titles()):
                raise ValueError(f"unknown item {pattern!r}")
        Parameter(unit="factor", source=self.source, grade=self.grade, bias=self.bias)
        return self

    @property
    def factor(self) -> Spread:
        """Return the spread of the factor."""
        found = self.frequency or self.severity
        assert found is not None
        return found


class Cost(Frozen):
    """Yen a year for full adoption: a fixed part and a part for each of something."""

    fixed: Spread | None = None
    per: Literal["employees", "computers", "mobile"] | None = None
    each: Spread | None = None
    unit: Literal["yen/year"]
    source: Code
    grade: Grade
    bias: Code

    @model_validator(mode="after")
    def _whole(self) -> "Cost":
        if (self.per is None) != (self.each is None) or (self.fixed is None and self.each is None):
            raise ValueError("give fixed, or per with each, or all three")
        Parameter(unit=self.unit, source=self.source, grade=self.grade, bias=self.bias)
        return self


class Control(Bilingual):
    """One control."""

    id: Code
    action: Bilingual
    answer: AnswerMap
    partial: Literal["linear", "weakest"]  # weakest: half in place protects far less than half
    applies: Exposure = "always"
    usual: Parameter  # adoption among such firms
    effects: Annotated[tuple[Effect, ...], Field(min_length=1)]
    cost: Cost


class Rules(Frozen):
    """How effects add up, and how much evidence counts."""

    rank_weight: float = Field(gt=0, lt=1)
    floor_frequency: float = Field(gt=0, lt=1)
    floor_severity: float = Field(gt=0, lt=1)
    credit: dict[Literal["measured", "answered"], Spread]
    budget_per_employee: int = Field(gt=0)
    source: Code
    grade: Grade
    bias: Code

    def credit_of(self, evidence: Evidence) -> Spread:
        """Return the share of the effect that counts; a default counts like an unproved answer."""
        return self.credit["measured" if evidence == "measured" else "answered"]


@cache
def rules() -> Rules:
    """Return the rules for putting controls together."""
    return read_model(Rules, "controls/rules.yaml")


@cache
def controls() -> dict[str, Control]:
    """Return the controls that ship with this version by id. Raises DataError naming file and key."""
    found = {}
    for entry in sorted(files("anshin.risk").joinpath(FOLDER).iterdir(), key=lambda path: path.name):
        if entry.name.endswith(".yaml"):
            control = parse_control(entry.read_text(encoding="utf-8"), name=f"{FOLDER}/{entry.name}")
            found[control.id] = control
    missing = {q.unknown.control for q in questionnaire().questions if q.unknown.control} - set(found)
    if missing:
        raise DataError("data.key", path="questionnaire/questions.yaml", key="unknown.control", cause=f"{missing}")
    return found


def parse_control(text: str, *, name: str) -> Control:
    """Return the control written in `text`. Raises DataError naming the file `name`, the key and the fault."""
    return check(Control, parse_yaml(text, name), name)
