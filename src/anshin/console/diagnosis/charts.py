"""Geometry of the report's charts: figures in, points of an SVG out. Ink and words stand in the templates.

At most three inks, labels at the lines themselves, yen from zero. The page and the paper draw from the same points.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from anshin.console.diagnosis.wording import short_yen
from anshin.risk.document import CurvePoint, Driver

LONGEST = 200.0
"""Return period at the right edge: rarer years rest on few simulated ones."""
SHORTEST = 5.0
PERIODS = (5, 10, 20, 50, 100, 200)
LABEL_GAP = 19.0
SMALL_PERIODS = (5, 10, 50, 200)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A curve with its band, both as SVG points, and where its label stands."""

    name: str
    points: str
    band: str
    label: str
    label_y: float
    end_y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The exceedance chart. `x_ticks` are return periods, `y_ticks` yen."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]


def curve(
    series: Sequence[tuple[str, str, Sequence[CurvePoint]]], language: str, *, width: int = 720, height: int = 360
) -> Curve:
    """Return the chart of (name, label, points by ascending return period); the first series has the larger loss."""
    narrow = width < 480
    left, right, top, bottom = (74.0, width - 14.0, 34.0, height - 46.0)
    if not narrow:
        left, right = 78.0, width - 190.0
    shown = [
        (name, label, [p for p in points if SHORTEST <= p.return_period <= LONGEST]) for name, label, points in series
    ]
    highest = max((p.aggregate_high for _n, _l, points in shown for p in points), default=1)
    steps = nice_steps(highest)
    most = steps[-1]

    def x(period: float) -> float:
        share = math.log(period / SHORTEST) / math.log(LONGEST / SHORTEST)
        return round(left + share * (right - left), 1)

    def y(amount: float) -> float:
        return round(bottom - min(amount, most) / most * (bottom - top), 1)

    lines = []
    for name, label, points in shown:
        upper = [f"{x(p.return_period)},{y(p.aggregate_high)}" for p in points]
        lower = [f"{x(p.return_period)},{y(p.aggregate_low)}" for p in reversed(points)]
        end = y(points[-1].aggregate) if points else bottom
        middle = " ".join(f"{x(p.return_period)},{y(p.aggregate)}" for p in points)
        lines.append(Line(name, middle, " ".join([*upper, *lower]), label, end, end))
    return Curve(
        width,
        height,
        left,
        right,
        top,
        bottom,
        tuple(Tick(x(p), str(p)) for p in (SMALL_PERIODS if narrow else PERIODS)),
        tuple(Tick(y(step), "0" if step == 0 else short_yen(step, language)) for step in steps),
        _apart(lines),
    )


def _apart(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Move labels so far apart that none covers another; the order of the lines stays."""
    placed: list[Line] = []
    for line in sorted(lines, key=lambda one: one.label_y):
        at = max(line.label_y, placed[-1].label_y + 2 * LABEL_GAP) if placed else line.label_y
        placed.append(Line(line.name, line.points, line.band, line.label, at, line.end_y))
    return tuple(sorted(placed, key=lambda one: [line.name for line in lines].index(one.name)))


def nice_steps(highest: float) -> list[int]:
    """Return three to six round amounts from 0 to at least `highest`."""
    raw = max(highest, 1) / 4
    unit = 10 ** math.floor(math.log10(raw))
    step = next(int(unit * m) or 1 for m in (1, 2, 2.5, 5, 10) if unit * m >= raw)
    count = math.ceil(max(highest, 1) / step)
    return [step * n for n in range(count + 1)]


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of the tornado in percent of the width, and its amounts."""

    driver: Driver
    start: float
    width: float
    middle: float


def tornado(drivers: Sequence[Driver], mean: int, *, most: int = 8) -> list[Bar]:
    """Return the widest `most` drivers as bars around `mean`, on one scale from zero."""
    shown = drivers[:most]
    top = max([mean, *(max(d.mean_at_low, d.mean_at_high) for d in shown)], default=1) or 1
    bars = []
    for driver in shown:
        low, high = sorted((driver.mean_at_low, driver.mean_at_high))
        bars.append(
            Bar(driver, round(low / top * 100, 2), round((high - low) / top * 100, 2), round(mean / top * 100, 2))
        )
    return bars


def spark(values: Sequence[int], *, width: int = 160, height: int = 40) -> str:
    """Return the points of a small line from zero; a single value is a flat one."""
    if not values:
        return ""
    shown = list(values) if len(values) > 1 else [values[0], values[0]]
    top = max(shown) or 1
    step = (width - 4) / (len(shown) - 1)
    return " ".join(
        f"{round(2 + n * step, 1)},{round(height - 3 - value / top * (height - 6), 1)}" for n, value in enumerate(shown)
    )
