"""The whole diagnosis of one firm."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

import anshin
from anshin.risk import check
from anshin.risk.data import VERSION, data_hash
from anshin.risk.diagnose import lists
from anshin.risk.diagnose.breakdown import items, scenarios, serious_events
from anshin.risk.diagnose.covers import cover
from anshin.risk.diagnose.drivers import drivers
from anshin.risk.diagnose.measure import largest_event, once_in, summary, whole
from anshin.risk.diagnose.parameters import draw_parameters
from anshin.risk.diagnose.simulated import Simulated
from anshin.risk.diagnose.words import sentence
from anshin.risk.diagnose.worth import plan, worths
from anshin.risk.document import Basis, Comparison, LossResult
from anshin.risk.errors import ParameterError
from anshin.risk.profile.adoption import Adoptions, read_adoptions, usual_adoptions
from anshin.risk.profile.draws import Draws
from anshin.risk.profile.firm import read_firm
from anshin.risk.questionnaire.answers import Answers
from anshin.risk.questionnaire.questions import questionnaire
from anshin.risk.terms import Terms, load_terms
from anshin.risk.text import Bilingual

YEARS, SETS, SEED = 100_000, 50, 20_260_401
LEAST_YEARS = 1000
"""Years to a parameter set below which a one-in-hundred year of a set means nothing."""


def diagnose(
    answers: Answers,
    *,
    today: dt.date,
    seed: int = SEED,
    years: int = YEARS,
    sets: int = SETS,
    terms: Sequence[Terms] | None = None,
    budget: int | None = None,
) -> LossResult:
    """Return what the firm of `answers` could lose in a year.

    `years` simulated years are split evenly over `sets` draws of the uncertain parameters. `terms`: covers to compare,
    by default those shipped (`pack`, `full`). `budget`: yen a year for more controls; None assumes one
    (rules.yaml). Same arguments, same data, same document. Raises ParameterError for numbers without meaning.
    """
    check.whole("diagnose", "sets", sets, least=1)
    if years % sets or years // sets < LEAST_YEARS:
        raise ParameterError("parameter.length", where="diagnose: years, sets", value=f"{years}, {sets}")
    if budget is not None:
        check.whole("diagnose", "budget", budget)
    draws = Draws(seed, sets)
    firm = read_firm(answers, draws)
    adopted = read_adoptions(answers, firm, draws, today)
    as_is: Adoptions = {key: adoption.credited for key, adoption in adopted.items()}
    usual = usual_adoptions(draws)
    parameters = draw_parameters(firm, draws)
    simulated = Simulated(firm, parameters, usual, years=years, seed=seed)
    base, kept = simulated.yearly(as_is), simulated.kept(as_is)
    total = simulated.total(base)
    like = simulated.total(simulated.yearly(usual))
    ids = list(simulated.tables)
    covers = [load_terms("pack"), load_terms("full")] if terms is None else list(terms)
    return LossResult(
        company=answers.company,
        sector=_sector(firm.sector),
        employees=whole(float(np.median(firm.quantities["employees"]))),
        basis=Basis(
            as_of=today,
            seed=seed,
            years=years,
            parameter_sets=sets,
            data_version=VERSION,
            data_hash=data_hash(),
            version=anshin.__version__,
        ),
        total=summary(total, largest_event(kept.year, kept.losses.sum(axis=0), years), sets),
        serious=serious_events(kept, years),
        scenarios=scenarios(parameters, simulated, as_is, base, kept),
        items=items(simulated, kept, total),
        drivers=drivers(firm, parameters, simulated, as_is),
        controls=worths(firm, simulated, adopted, as_is, base),
        plan=plan(firm, simulated, adopted, as_is, base, budget),
        covers=tuple(cover(one, kept, simulated.codes, ids, years=years, sets=sets) for one in covers),
        needs=lists.needs(answers),
        like_firms=Comparison(
            mean=whole(like.mean()),
            one_in_10=once_in(like, 10),
            one_in_100=once_in(like, 100),
            basis=sentence("like_firms"),
        ),
        facts=lists.facts(answers),
        assumptions=lists.assumptions(answers, ids, years=years, sets=sets),
    )


def _sector(key: str) -> Bilingual:
    option = next(o for o in questionnaire().by_id()["sector"].options if o.id == key)
    return Bilingual(ja=option.ja, en=option.en)
