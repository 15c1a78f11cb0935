"""Draws the events. Each scenario has its own stream, so that adding or changing one leaves the others as they were."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anshin.risk import check
from anshin.risk.distributions.severity import Floats
from anshin.risk.errors import ParameterError
from anshin.risk.simulate.model import CommonCause, Model, Scenario, code_number
from anshin.risk.simulate.table import Simulation
from anshin.risk.streams import stream

BLOCK = 1 << 16
"""Years to a stream when there is one parameter set."""


def simulate(model: Model | Sequence[Model], *, years: int, seed: int, company: int = 0) -> Simulation:
    """Return `years` simulated years of one firm.

    With several models (draws of the uncertain parameters; same scenarios, items and causes in the same order) each
    gets years / len(models) years in turn, and every figure can be had per draw. Same arguments, same bytes, on any
    machine with the same numpy. Losses are whole yen. Raises ParameterError when the models differ in shape, when years
    is not a multiple of their number, or for parameters without meaning.
    """
    models = (model,) if isinstance(model, Model) else tuple(model)
    check.whole("simulate", "years", years, least=1)
    if not models:
        raise ParameterError("parameter.empty", where="simulate models")
    if years % len(models):
        raise ParameterError("parameter.length", where="simulate: years, models", value=f"{years}, {len(models)}")
    for other in models[1:]:
        if _shape(other) != _shape(models[0]):
            raise ParameterError("parameter.length", where="simulate: scenarios of the models", value=_shape(other))
    per_draw = years // len(models)
    tables = []
    for draw, one in enumerate(models):
        for number, first in enumerate(range(0, per_draw, BLOCK)):
            length = min(BLOCK, per_draw - first)
            block = draw << 32 | number
            tables.append(_block(one, length, draw * per_draw + first, seed, company, block))
    return Simulation.joined(models[0], tables, years=years, draws=len(models))


def _shape(model: Model) -> tuple[object, ...]:
    scenarios = tuple((s.code, tuple(item.code for item in s.items)) for s in model.scenarios)
    return scenarios, tuple(cause.code for cause in model.causes)


def _block(model: Model, years: int, first: int, seed: int, company: int, block: int) -> Simulation:
    causes = {cause.code: _cause_events(cause, years, seed, block) for cause in model.causes}
    items = model.items()
    pieces = []
    for index, scenario in enumerate(model.scenarios):
        generator = stream(seed, code_number(scenario.code), company, block)
        year, when, cause, size = _times(scenario, model, causes, years, generator)
        mark = generator.random(year.size)
        if scenario.size is not None:
            size = size * scenario.size.sample(generator, year.size)
        hours = np.zeros(year.size) if scenario.hours is None else scenario.hours.sample(generator, year.size)
        hours = np.rint(hours)
        losses = np.zeros((len(items), year.size))
        for item in scenario.items:
            loss = item.loss.sample(generator, year.size) * size
            if item.basis == "hour":
                loss *= hours
            if item.probability < 1:
                loss *= generator.random(year.size) < item.probability
            losses[items.index(item.code)] = np.rint(loss)
        which = np.full(year.size, index, dtype=np.int32)
        pieces.append((year + first, when, which, cause, mark, hours, losses))
    columns = [np.concatenate(column, axis=-1) for column in zip(*pieces, strict=True)]
    order = np.lexsort((columns[2], columns[1], columns[0]))
    year, when, which, cause, mark, hours, losses = (column[..., order] for column in columns)
    return Simulation(model, years, 1, year, when, which, cause, mark, hours, losses)


def _cause_events(cause: CommonCause, years: int, seed: int, block: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Year, moment and size of each event of a cause: the same for every company, hence company 0 in its key."""
    generator = stream(seed, code_number(f"cause:{cause.code}"), 0, block)
    year = np.repeat(np.arange(years), cause.frequency.sample(generator, years))
    when = generator.random(year.size)
    size = np.ones(year.size) if cause.size is None else cause.size.sample(generator, year.size)
    return year, when, size


def _times(
    scenario: Scenario,
    model: Model,
    causes: dict[str, tuple[NDArray[np.int64], Floats, Floats]],
    years: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.int64], Floats, NDArray[np.int32], Floats]:
    """Year, moment in the year, cause (-1: its own) and size of each event of a scenario."""
    counts = np.zeros(years, dtype=np.int64)
    if scenario.frequency is not None:
        counts = scenario.frequency.sample(generator, years)
    year = np.repeat(np.arange(years), counts)
    parts = [(year, generator.random(year.size), np.full(year.size, -1, dtype=np.int32), np.ones(year.size))]
    for number, cause in enumerate(model.causes):
        chance = scenario.hits.get(cause.code, 0.0)
        cause_year, when, size = causes[cause.code]
        struck = generator.random(cause_year.size) < chance
        hit = np.full(int(struck.sum()), number, dtype=np.int32)
        parts.append((cause_year[struck], when[struck], hit, size[struck]))
    joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return joined[0], joined[1], joined[2], joined[3]
