"""The loss by kind of accident and by kind of cost."""

import numpy as np

from anshin.risk.diagnose.measure import bad_year_weights, once_in, whole
from anshin.risk.diagnose.parameters import Parameters
from anshin.risk.diagnose.simulated import Kept, Simulated, Yearly
from anshin.risk.diagnose.words import sentence
from anshin.risk.distributions import Floats
from anshin.risk.document import ItemLoss, Range, ScenarioLoss, SeriousEvents
from anshin.risk.profile.adoption import Adoptions
from anshin.risk.scenarios.load import accidents, item_titles
from anshin.risk.text import Bilingual


def scenarios(
    parameters: Parameters, simulated: Simulated, as_is: Adoptions, base: Yearly, kept: Kept
) -> tuple[ScenarioLoss, ...]:
    """Return all eleven accidents, those that can happen by falling mean, then the rest."""
    total = simulated.total(base)
    weights, mean = bad_year_weights(total), float(total.mean())
    drawn = {one.accident.id: one for one in parameters.accidents}
    by_event = kept.losses.sum(axis=0)
    found = []
    for key, accident in accidents().items():
        title = Bilingual(ja=accident.ja, en=accident.en)
        if key not in drawn:
            found.append(
                ScenarioLoss(
                    id=key,
                    title=title,
                    story=accident.story,
                    applies=False,
                    why_not=sentence("not_exposed", accident.applies),
                    frequency=Range(value=0, low=0, high=0),
                    p_serious=0,
                    mean=0,
                    share=0,
                    mean_serious_event=0,
                    one_in_100=0,
                    bad_year_mean=0,
                )
            )
            continue
        here = (kept.accident == list(simulated.tables).index(key)) & kept.serious
        events = simulated.tables[key].events * simulated.multipliers[key].frequency(as_is)
        yearly = base[key]
        found.append(
            ScenarioLoss(
                id=key,
                title=title,
                story=accident.story,
                applies=True,
                why_not=None,
                frequency=_range(events),
                p_serious=round(float(drawn[key].serious.mean()), 6),
                mean=whole(yearly.mean()),
                share=round(float(yearly.mean()) / mean, 6) if mean else 0.0,
                mean_serious_event=whole(by_event[here].mean()) if here.any() else 0,
                one_in_100=once_in(yearly, 100),
                bad_year_mean=whole(float(yearly @ weights)),
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.applies, -one.mean, one.id)))


def serious_events(kept: Kept, years: int) -> SeriousEvents:
    """Return how likely a serious accident is and what one costs."""
    amounts = kept.losses.sum(axis=0)[kept.serious]
    p = np.unique(kept.year[kept.serious]).size / years
    if not amounts.size:
        return SeriousEvents(p_year=0, p_ten_years=0, mean=0, median=0, nine_in_ten_below=0)
    return SeriousEvents(
        p_year=p,
        p_ten_years=round(1 - (1 - p) ** 10, 6),
        mean=whole(amounts.mean()),
        median=whole(np.median(amounts)),
        nine_in_ten_below=whole(np.quantile(amounts, 0.9)),
    )


def items(simulated: Simulated, kept: Kept, total: Floats) -> tuple[ItemLoss, ...]:
    """Return every kind of cost that occurs, by falling mean."""
    weights = bad_year_weights(total)[kept.year]
    found = []
    for code, row in zip(simulated.codes, kept.losses, strict=True):
        mean = float(row.sum()) / simulated.years
        if mean == 0:
            continue
        found.append(
            ItemLoss.model_validate(
                {
                    "code": code,
                    "loss_class": code.split(".")[0],
                    "title": Bilingual(ja=item_titles()[code].ja, en=item_titles()[code].en),
                    "mean": whole(mean),
                    "bad_year_mean": whole(float(row @ weights)),
                }
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.mean, one.code)))


def _range(values: Floats) -> Range:
    low, high = np.percentile(values, (10, 90))
    return Range(value=round(float(values.mean()), 6), low=round(float(low), 6), high=round(float(high), 6))
