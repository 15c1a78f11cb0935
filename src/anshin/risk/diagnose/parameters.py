"""The uncertain parameters, one value of each for every parameter set."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from anshin.risk.controls.model import Effect, controls
from anshin.risk.distributions import Floats
from anshin.risk.profile.draws import Draws
from anshin.risk.profile.firm import Firm
from anshin.risk.scenarios.load import accidents, causes, reference
from anshin.risk.scenarios.model import Accident

Grade = Literal["certain", "estimated", "guess"]


@dataclass(frozen=True, slots=True)
class AccidentParameters:
    """Parameters of one accident: one entry for each set; `items` and `chances` have one row for each item."""

    accident: Accident
    usual_events: Floats  # a year at this firm, with the usual controls
    serious: Floats
    quantities: dict[str, Floats]  # factor on each quantity
    items: Floats  # factor on the amount of each item
    chances: Floats


@dataclass(frozen=True, slots=True)
class Parameters:
    """All parameters."""

    accidents: tuple[AccidentParameters, ...]
    causes: dict[str, Floats]  # events of each common cause a year
    effects: dict[tuple[str, int], Floats]  # (control, number of its effect): what full adoption leaves
    upper: Floats  # chance that claims follow the JO model


def draw_parameters(firm: Firm, draws: Draws) -> Parameters:
    """Return the parameters of every accident that can happen at this firm."""
    from anshin.risk.liability.jo import model

    found = [_accident(one, firm, draws) for one in accidents().values() if firm.exposed[one.applies].any()]
    effects = {}
    for control in controls().values():
        for number, effect in enumerate(control.effects):
            drawn = draws.of(effect.factor.distribution(), f"effect:{control.id}.{effect_name(effect)}")
            effects[control.id, number] = np.maximum(drawn, 1e-3)
    return Parameters(
        accidents=tuple(found),
        causes={key: draws.of(cause.events.distribution(), f"cause:{key}") for key, cause in causes().items()},
        effects=effects,
        upper=draws.of(model().upper.distribution(), "jo:upper"),
    )


def effect_name(effect: Effect) -> str:
    """Return a name of the effect that no other effect of its control has."""
    return f"{effect.scenario}.{'+'.join(effect.items) or 'frequency'}"


def factor(grade: Grade, name: str, draws: Draws) -> Floats:
    """Return a factor with mean 1 that is as wide as the grade says."""
    sigma = reference().uncertainty[grade]
    if sigma == 0:
        return np.ones(draws.sets)
    from scipy.special import ndtri

    return np.asarray(np.exp(sigma * ndtri(draws.uniform(name)) - sigma**2 / 2))


def scale(firm: Firm, exponent: float) -> Floats:
    """Return (employees / reference) ^ exponent."""
    return np.asarray((firm.quantities["employees"] / reference().employees) ** exponent)


def _accident(accident: Accident, firm: Firm, draws: Draws) -> AccidentParameters:
    base = reference()
    frequency = accident.frequency
    events = draws.of(frequency.distribution(), f"frequency:{accident.id}") * scale(firm, frequency.size)
    events = events * frequency.sectors.get(firm.sector, 1.0) * firm.exposed[accident.applies]
    if frequency.mobile:
        events = events * (firm.quantities["mobile"] / base.mobile) ** frequency.mobile
    names = [f"{accident.id}.{number}.{item.code}" for number, item in enumerate(accident.items)]
    return AccidentParameters(
        accident=accident,
        usual_events=np.asarray(events),
        serious=draws.of(accident.serious.distribution(), f"serious:{accident.id}"),
        quantities={
            key: factor(quantity.grade, f"quantity:{accident.id}.{key}", draws)
            for key, quantity in accident.quantities.items()
        },
        items=np.stack(
            [factor(item.grade, f"item:{name}", draws) for item, name in zip(accident.items, names, strict=True)]
        ),
        chances=np.stack(
            [
                np.ones(draws.sets) if item.chance is None else draws.of(item.chance.distribution(), f"chance:{name}")
                for item, name in zip(accident.items, names, strict=True)
            ]
        ),
    )
