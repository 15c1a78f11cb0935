"""From yearly losses to the figures of the document."""

import numpy as np

from anshin.risk.distributions import Floats
from anshin.risk.document import CurvePoint, Estimate, LossSummary, OverAmount
from anshin.risk.metrics import mean, quantile, summarise, tvar
from anshin.risk.metrics.allocation import tail_weights

PERIODS = (2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 200, 500, 1000)
AMOUNTS = (100_000, 500_000, 1_000_000, 3_000_000, 5_000_000, 10_000_000, 30_000_000, 50_000_000, 100_000_000)
BAND = (10.0, 90.0)
BAD_YEAR = 0.9
"""The bad years are the worst tenth."""


def whole(value: float) -> int:
    """Return whole yen."""
    return round(float(value))


def summary(yearly: Floats, largest: Floats, sets: int) -> LossSummary:
    """Return the summary of yearly losses; `largest` is each year's largest event; years are in order of `sets`."""
    levels = tuple(1 - 1 / period for period in PERIODS)
    by_set = np.sort(yearly.reshape(sets, -1), axis=1)
    bands = {p: np.percentile(_quantiles(by_set, p), BAND) for p in levels}
    means = np.percentile(by_set.mean(axis=1), BAND)
    figures, events = summarise(yearly, levels), summarise(largest, levels)
    hit = yearly[yearly > 0]

    def at(period: int) -> Estimate:
        p = 1 - 1 / period
        found = figures.quantiles[p]
        low, high = bands[p]
        return Estimate(value=whole(found.value), low=whole(low), high=whole(high), standard_error=whole(found.error))

    average = mean(yearly)
    return LossSummary(
        mean=Estimate(
            value=whole(average.value),
            low=whole(means[0]),
            high=whole(means[1]),
            standard_error=whole(average.error),
        ),
        standard_deviation=whole(figures.sd),
        p_no_loss=figures.none.value,
        typical_loss_year=whole(np.median(hit)) if hit.size else 0,
        one_in_10=at(10),
        one_in_100=at(100),
        worst_1_percent_mean=whole(tvar(yearly, 0.99).value),
        over=tuple(OverAmount(amount=a, probability=float((yearly >= a).mean())) for a in AMOUNTS),
        curve=tuple(
            CurvePoint(
                return_period=float(period),
                aggregate=at(period).value,
                aggregate_low=at(period).low,
                aggregate_high=at(period).high,
                occurrence=whole(events.quantiles[1 - 1 / period].value),
            )
            for period in PERIODS
        ),
    )


def once_in(yearly: Floats, period: int) -> int:
    """Return the amount that a year passes with probability 1 / `period`."""
    return whole(quantile(yearly, 1 - 1 / period).value)


def largest_event(year: "np.ndarray[tuple[int], np.dtype[np.int64]]", amounts: Floats, years: int) -> Floats:
    """Return each year's largest event, 0 without one. `year` must not fall."""
    found = np.zeros(years)
    np.maximum.at(found, year, amounts)
    return found


def bad_year_weights(yearly: Floats) -> Floats:
    """Return the weight of each year in the mean of the worst tenth."""
    return tail_weights(yearly, BAD_YEAR)


def _quantiles(ordered: Floats, p: float) -> Floats:
    n = ordered.shape[1]
    return ordered[:, min(max(int(np.ceil(p * n - 1e-9)), 1), n) - 1]


def before_and_after(old: Floats, new: Floats) -> dict[str, int]:
    """Return the figures of a plan that two samples of yearly totals give, by the names in `document.Plan`."""
    return {
        f"{figure}_{side}": value
        for side, yearly in (("before", old), ("after", new))
        for figure, value in (
            ("mean", whole(yearly.mean())),
            ("one_in_10", once_in(yearly, 10)),
            ("one_in_100", once_in(yearly, 100)),
        )
    }
