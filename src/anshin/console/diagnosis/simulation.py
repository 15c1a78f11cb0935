"""The one place where the console runs the simulation: a stored row in, a document of `anshin.risk` out.

Not imported by pages: the numerics take seconds to load.
"""

from datetime import date

from anshin.console.diagnosis.models import Diagnosis, Questionnaire, Trial
from anshin.console.diagnosis.operations.answering import document_of
from anshin.risk.diagnose import diagnose
from anshin.risk.diagnose.run import SEED, SETS, YEARS
from anshin.risk.diagnose.variant import best_within, with_controls
from anshin.risk.document import LossResult, Plan
from anshin.risk.questionnaire.answers import Answers, check_answers

years, sets = YEARS, SETS
"""How much is simulated; tests of pages take less, for speed."""


def diagnosis(row: Diagnosis) -> LossResult:
    """Return the result of one row. Raises RiskError, such as for answers that are too old."""
    return diagnose(_answers(row), today=row.as_of, seed=SEED, years=years, sets=sets)


def trial(row: Trial) -> Plan:
    """Return what a trial changes, from the same answers, facts and random numbers as its diagnosis."""
    base = row.diagnosis
    answers, today, seed = _answers(base), base.as_of, base.seed or SEED
    if row.budget is not None:
        return best_within(answers, budget=row.budget, today=today, seed=seed, years=years, sets=sets)
    return with_controls(answers, controls=row.controls, today=today, seed=seed, years=years, sets=sets)


def _answers(row: Diagnosis) -> Answers:
    given: Questionnaire = row.questionnaire
    raw = document_of(given.answers, company=row.organisation.name, answered_on=_day(given), facts=row.facts)
    return check_answers(raw, today=row.as_of)


def _day(given: Questionnaire) -> date:
    return given.answered_on
