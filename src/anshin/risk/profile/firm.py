"""What the answers about the business give: quantities by parameter set, and which accidents can happen at all."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anshin.risk.distributions import Floats, Lognormal
from anshin.risk.liability import jo
from anshin.risk.profile.draws import Draws
from anshin.risk.questionnaire.answers import Answers
from anshin.risk.questionnaire.questions import Question, questionnaire
from anshin.risk.scenarios.load import reference
from anshin.risk.scenarios.model import Exposure


@dataclass(frozen=True, slots=True)
class Firm:
    """The business side of one firm; every array has one entry for each parameter set."""

    company: str
    sector: str
    quantities: dict[str, Floats]
    exposed: dict[Exposure, NDArray[np.bool_]]
    award_level: NDArray[np.int64]  # highest distress level x of the data held; 0 without data
    jo_amount: Floats  # yen for one person
    unknown: dict[str, Floats]  # question: the values drawn for it, where the size of the answer was unknown


def read_firm(answers: Answers, draws: Draws) -> Firm:
    """Return the firm of `answers`. Unknown answers are drawn from their spread, a new value in each set."""
    questions = questionnaire().by_id()
    unknown: dict[str, Floats] = {}
    sets = draws.sets

    def number(question_id: str, employees: Floats | None = None) -> Floats:
        value = answers.value(question_id)
        if value is not None:
            return np.full(sets, float(value))  # type: ignore[arg-type]  # checked when read
        spread = questions[question_id].unknown
        assert spread.p10 is not None
        assert spread.p90 is not None
        drawn = draws.of(Lognormal.from_range(spread.p10, spread.p90, 0.8), f"answer:{question_id}")
        if spread.per == "employees" and employees is not None:
            drawn = drawn * employees
        bounded = np.clip(drawn, questions[question_id].min, questions[question_id].max)
        unknown[question_id] = np.asarray(bounded)
        return np.asarray(bounded if question_id == "gross_margin" else np.rint(bounded))

    employees = number("employees")
    sales, margin = number("sales", employees), number("gross_margin") / 100
    persons, computers, mobile = (number(key, employees) for key in ("persons", "computers", "mobile"))
    web, cloud, dependence = (_choice(questions[key], answers, draws) for key in ("web", "cloud", "dependence"))
    sector = _choice(questions["sector"], answers, draws)[0]
    standing = _multi(questions["standing"], answers, draws)
    kinds = _multi(questions["data_kinds"], answers, draws)
    held = [tuple(kind for kind in kinds if kinds[kind][k] and persons[k] > 0) for k in range(sets)]
    dependence_share = np.array([reference().dependence[one] for one in dependence])
    quantities = {
        "employees": employees,
        "computers": computers,
        "mobile": mobile,
        "persons": persons,
        "sales": sales,
        "profit_year": sales * margin,
        "profit_day": sales * margin / reference().working_days * dependence_share,
        "supply_chain": standing["supply_chain_part"].astype(float),
        "large_customers": (standing["large_customers"] | standing["supply_chain_part"]).astype(float),
        "publicity": np.where(standing["well_known"], 1.0, 0.4),
        "cloud_share": np.array([reference().cloud_share[one] for one in cloud]),
    }
    exposed: dict[Exposure, NDArray[np.bool_]] = {
        "always": np.ones(sets, dtype=bool),
        "computers": computers > 0,
        "persons": persons > 0,
        "mobile": mobile > 0,
        "sales": sales > 0,
        "web": _is(web, lambda one: one != "none"),
        "card_shop": _is(web, lambda one: one == "shop_own"),
        "cloud": _is(cloud, lambda one: one != "none"),
    }
    level, amount = _damages(held, sector)
    return Firm(answers.company, sector, quantities, exposed, level, amount, unknown)


def _is(values: list[str], test: Callable[[str], bool]) -> NDArray[np.bool_]:
    return np.array([test(one) for one in values], dtype=bool)


def _choice(question: Question, answers: Answers, draws: Draws) -> list[str]:
    value = answers.value(question.id)
    if value is not None:
        return [str(value)] * draws.sets
    assert question.unknown.weights is not None
    return draws.option(dict(question.unknown.weights), f"answer:{question.id}")


def _multi(question: Question, answers: Answers, draws: Draws) -> dict[str, NDArray[np.bool_]]:
    value = answers.value(question.id)
    weights = question.unknown.weights or {}
    found = {}
    for option in question.options:
        if option.alone:
            continue
        if isinstance(value, tuple):
            found[option.id] = np.full(draws.sets, option.id in value)
        else:
            found[option.id] = draws.uniform(f"answer:{question.id}.{option.id}") < weights.get(option.id, 0.0)
    return found


def _damages(held: list[tuple[str, ...]], sector: str) -> tuple[NDArray[np.int64], Floats]:
    higher = sector in jo.model().higher_responsibility
    levels, amounts = [], []
    for kinds in held:
        found = jo.levels_of(kinds)
        levels.append(max((level.x for level in found), default=0))
        known_by_name: jo.Identification = "name_and_address" if "contact" in kinds else "otherwise"
        amounts.append(
            float(jo.per_person(found, identification=known_by_name, higher_responsibility=higher)) if found else 0.0
        )
    return np.array(levels, dtype=np.int64), np.array(amounts)
