"""How far each control is in place, and how much of that counts: a dated measurement more than somebody's answer."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np

from anshin.risk.controls.model import Control, controls, rules
from anshin.risk.distributions import Floats
from anshin.risk.profile.draws import Draws
from anshin.risk.profile.firm import Firm
from anshin.risk.questionnaire.answers import Answers, MeasuredFact, Value
from anshin.risk.questionnaire.questions import fact_kinds
from anshin.risk.questionnaire.values import NEVER
from anshin.risk.text import Evidence

State = Literal["in_place", "partly", "missing", "unknown", "not_applicable"]
IN_PLACE = 0.9
"""From this adoption on a control counts as in place in words; its effect follows the adoption itself."""
Adoptions = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Adoption:
    """One control of one firm. `raw`: as stated or measured; `credited`: what the diagnosis counts. Both by set."""

    raw: Floats
    credited: Floats
    state: State
    evidence: Evidence
    dated: dt.date | None


def read_adoptions(answers: Answers, firm: Firm, draws: Draws, today: dt.date) -> dict[str, Adoption]:
    """Return every control as this firm has it."""
    return {control.id: _one(control, answers, firm, draws, today) for control in controls().values()}


def usual_adoptions(draws: Draws) -> Adoptions:
    """Return the credited adoption among such firms: the state for which the frequencies were calibrated."""
    return {c.id: _usual(c, draws) * _credit("assumed", c, draws) for c in controls().values()}


def _usual(control: Control, draws: Draws) -> Floats:
    return draws.of(control.usual.distribution(), f"usual:{control.id}")


def _credit(evidence: Evidence, control: Control, draws: Draws) -> Floats:
    return draws.of(rules().credit_of(evidence).distribution(), f"credit:{control.id}")


def _one(control: Control, answers: Answers, firm: Firm, draws: Draws, today: dt.date) -> Adoption:
    stated = answers.answers[control.answer.question]
    value, evidence, dated = answers.value(control.answer.question), stated.evidence, stated.dated
    level = None if value is None else _level(control, value, today)
    fact = _fact(control, answers)
    if fact is not None:
        level, evidence, dated = _measured(control, value, fact), "measured", fact.at
    raw = _usual(control, draws) if level is None else np.full(draws.sets, level)
    credited = raw * _credit(evidence, control, draws)
    applies = bool(firm.exposed[control.applies].any())
    return Adoption(raw, credited, _state(level) if applies else "not_applicable", evidence, dated)


def _state(level: float | None) -> State:
    if level is None:
        return "unknown"
    return "in_place" if level >= IN_PLACE else "partly" if level > 0 else "missing"


def _level(control: Control, value: Value, today: dt.date) -> float:
    answer = control.answer
    if answer.options is not None:
        return answer.options[str(value)]
    if answer.any is not None:
        chosen = value if isinstance(value, tuple) else ()
        return min(1.0, sum(answer.any.get(option, 0.0) for option in chosen))
    if value == NEVER:
        return 0.0
    year, month = map(int, str(value).split("-"))
    return _since((today.year - year) * 12 + today.month - month, answer.months or {})


def _since(months: int, table: dict[int, float]) -> float:
    return next((level for limit, level in sorted(table.items()) if months <= limit), 0.0)


def _fact(control: Control, answers: Answers) -> MeasuredFact | None:
    """Return the fresh fact that proves this control, if there is one."""
    for key, fact in answers.facts.items():
        kind = fact_kinds()[key]
        proves = kind.option is None or kind.option in (control.answer.any or {})
        if kind.question == control.answer.question and not fact.expired and kind.kind != "number" and proves:
            return fact
    return None


def _measured(control: Control, value: Value | None, fact: MeasuredFact) -> float:
    kind = fact_kinds()[fact.fact]
    if isinstance(fact.value, float):
        return fact.value
    if kind.option is not None:  # a restore that worked proves the copy it came from, and what was answered besides
        chosen = set(value) if isinstance(value, tuple) else {"copy"}
        table = control.answer.any or {}
        return min(1.0, sum(table.get(option, 0.0) for option in chosen | {kind.option}))
    return 1.0
