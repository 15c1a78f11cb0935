"""The tornado: how far the mean loss moves when one parameter goes from its 10th to its 90th percentile."""

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtri

from anshin.risk.controls.model import controls
from anshin.risk.data import sources
from anshin.risk.diagnose.multipliers import Multipliers
from anshin.risk.diagnose.parameters import Parameters
from anshin.risk.diagnose.simulated import Simulated
from anshin.risk.diagnose.words import joined, sentence
from anshin.risk.distributions import Floats
from anshin.risk.document import Driver
from anshin.risk.parameter import Z90
from anshin.risk.profile.adoption import Adoptions
from anshin.risk.profile.firm import Firm
from anshin.risk.questionnaire.questions import questionnaire
from anshin.risk.scenarios.load import accidents, item_titles, reference
from anshin.risk.text import Bilingual

SHOWN = 15
FEWEST_SETS = 20
"""With fewer parameter sets no line is drawn through their means."""


def drivers(firm: Firm, parameters: Parameters, simulated: Simulated, adoptions: Adoptions) -> tuple[Driver, ...]:
    """Return the widest bars first.

    Frequencies, amounts and effects of controls are factors inside the mean, so their bars are exact. An answer nobody
    knew is read from a straight line through the means of the parameter sets against the answer's normal score; it is
    left out where its correlation is below two standard errors.
    """
    total = simulated.mean(adoptions)
    bars = [
        *_frequencies(parameters, simulated, adoptions, total),
        *_amounts(parameters, simulated, adoptions, total),
        *_answers(firm, simulated, adoptions, total),
        *_effects(parameters, simulated, adoptions, total),
    ]
    return tuple(sorted(bars, key=lambda bar: (-abs(bar.mean_at_high - bar.mean_at_low), bar.id))[:SHOWN])


def _frequencies(parameters: Parameters, simulated: Simulated, adoptions: Adoptions, total: float) -> Iterator[Driver]:
    for one in parameters.accidents:
        accident = one.accident
        part = float(simulated.mean_of(accident.id, adoptions).sum())
        assert accident.frequency.p10 is not None
        assert accident.frequency.p90 is not None
        middle = accident.frequency.mean()
        yield _driver(
            f"{accident.id}.frequency",
            joined(Bilingual(ja=accident.ja, en=accident.en), sentence("labels", "frequency")),
            total + part * (accident.frequency.p10 / middle - 1),
            total + part * (accident.frequency.p90 / middle - 1),
            accident.frequency.source,
            accident.frequency.grade,
        )


def _amounts(parameters: Parameters, simulated: Simulated, adoptions: Adoptions, total: float) -> Iterator[Driver]:
    for one in parameters.accidents:
        accident = accidents()[one.accident.id]
        for item, part in zip(accident.items, simulated.mean_of(accident.id, adoptions), strict=True):
            sigma = reference().uncertainty[item.grade]
            low, high = (float(np.exp(sign * Z90 * sigma - sigma**2 / 2)) for sign in (-1, 1))
            cost = item_titles()[item.code]
            yield _driver(
                f"{accident.id}.{item.code}.{item.tier}",
                joined(Bilingual(ja=accident.ja, en=accident.en), Bilingual(ja=cost.ja, en=cost.en)),
                total + float(part) * (low - 1),
                total + float(part) * (high - 1),
                item.source,
                item.grade,
            )


def _answers(firm: Firm, simulated: Simulated, adoptions: Adoptions, total: float) -> Iterator[Driver]:
    questions = questionnaire().by_id()
    means = simulated.mean_by_set(adoptions)
    for key, drawn in firm.unknown.items():
        line = _line(drawn, means, total)
        if line is None:
            continue
        low, high = line
        question = questions[key]
        yield _driver(
            f"answer.{key}", question.title, low, high, question.unknown.source or "", question.unknown.grade or "guess"
        )


def _effects(parameters: Parameters, simulated: Simulated, adoptions: Adoptions, total: float) -> Iterator[Driver]:
    concerned = {one.accident.id: one for one in parameters.accidents}
    for key, number in parameters.effects:
        control = controls()[key]
        effect = control.effects[number]
        if effect.scenario not in concerned:
            continue
        one, spread = concerned[effect.scenario], effect.factor.distribution()
        part = float(simulated.mean_of(effect.scenario, adoptions).sum())
        bounds = []
        for p in (0.1, 0.9):
            fixed = np.full(simulated.sets, float(spread.ppf(p)))
            other = Multipliers(parameters, one, {(key, number): fixed})
            bounds.append(total + simulated.mean_with(effect.scenario, adoptions, other) - part)
        accident = accidents()[effect.scenario]
        title = joined(
            Bilingual(ja=control.ja, en=control.en),
            Bilingual(ja=accident.ja, en=accident.en),
            sentence("labels", "effect"),
        )
        yield _driver(f"{key}.effect.{number}", title, bounds[0], bounds[1], effect.source, effect.grade)


def _line(drawn: Floats, means: Floats, total: float) -> tuple[float, float] | None:
    """Return the fitted means at the 10th and the 90th percentile of `drawn`; None where chance explains the slope."""
    ranks = np.argsort(np.argsort(drawn, kind="stable"), kind="stable")
    score = ndtri((ranks + 0.5) / drawn.size)
    if drawn.size < FEWEST_SETS or not np.ptp(means):
        return None
    correlation = float(np.corrcoef(score, means)[0, 1])
    if abs(correlation) < 2 / np.sqrt(drawn.size):
        return None
    slope = correlation * float(np.std(means) / np.std(score))
    return total - Z90 * slope, total + Z90 * slope


def _driver(key: str, title: Bilingual, low: float, high: float, source: str, grade: str) -> Driver:
    found = sources()[source]
    return Driver.model_validate(
        {
            "id": key,
            "title": title,
            "mean_at_low": max(0, round(low)),
            "mean_at_high": max(0, round(high)),
            "source": f"{found.publisher}「{found.title}」",
            "grade": grade,
        }
    )
