"""Keeps the weekly histograms of scores that devices report, and says where they have moved."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django_scopes import scopes_disabled

from anshin.console.fleet.models import Device
from anshin.console.fleet.rollout.models import FalsePositiveReport, ScoreWeek
from anshin.console.fleet.rollout.psi import MOVED, stability_index
from anshin.console.people.models import Organisation
from anshin.wire.models import SCORE_BINS, ScoreCounts, week_of

BASELINE_WEEKS = 4
FEWEST_REPORTS = 3


def store_scores(*, device: Device, counts: Sequence[ScoreCounts]) -> None:
    """Keep the totals of a device's weeks, in the caller's transaction. What comes later replaces what came before."""
    if not counts:
        return
    known = {
        (row.week, row.family, row.version): row
        for row in ScoreWeek.objects.filter(device=device, week__in={one.week for one in counts})
    }
    for one in counts:
        row = known.get((one.week, one.family, one.version))
        if row is None:
            ScoreWeek.objects.create(
                organisation=device.organisation,
                device=device,
                week=one.week,
                family=one.family,
                version=one.version,
                counts=list(one.counts),
            )
        elif row.counts != list(one.counts):
            row.counts = list(one.counts)
            row.save(update_fields=["counts"])


@dataclass(frozen=True, slots=True)
class Drift:
    """One model in the last whole week against the four weeks before it. `index` is None with too few scores."""

    family: str
    version: str
    week: str
    now: tuple[int, ...]
    before: tuple[int, ...]
    index: float | None

    @property
    def moved(self) -> bool:
        """Whether the scores have moved so far that a person must look."""
        return self.index is not None and self.index > MOVED

    @property
    def bins(self) -> list[tuple[int, float, float]]:
        """Return (log-odds at the lower end, share now, share before) of each bin, in percent."""
        now, before = max(sum(self.now), 1), max(sum(self.before), 1)
        pairs = zip(self.now, self.before, strict=True)
        return [(at - SCORE_BINS // 2, 100 * a / now, 100 * b / before) for at, (a, b) in enumerate(pairs)]


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports of false alarms about one family, last whole week against the mean of the four before it."""

    family: str
    now: int
    before: float

    @property
    def rising(self) -> bool:
        """Whether a person must look."""
        return self.now >= FEWEST_REPORTS and self.now > 2 * self.before


def drift_of(provider: Organisation, *, now: datetime) -> list[Drift]:
    """Return every model that gave scores in the last whole week, the furthest moved first.

    Weeks of the same version are compared: another version gives other scores, and that is no drift.
    """
    last = week_of(now - timedelta(weeks=1))
    earlier = [week_of(now - timedelta(weeks=n)) for n in range(2, 2 + BASELINE_WEEKS)]
    sums: dict[tuple[str, str], dict[bool, list[int]]] = defaultdict(
        lambda: {True: [0] * SCORE_BINS, False: [0] * SCORE_BINS}
    )
    with scopes_disabled():  # all customers of this provider
        rows = ScoreWeek.objects.filter(organisation__provider=provider, week__in=[last, *earlier])
        for family, version, week, counts in rows.values_list("family", "version", "week", "counts").iterator():
            total = sums[family, version][week == last]
            for at, count in enumerate(counts[:SCORE_BINS]):
                total[at] += count
    found = [
        Drift(family, version, last, tuple(both[True]), tuple(both[False]), stability_index(both[True], both[False]))
        for (family, version), both in sums.items()
        if any(both[True])
    ]
    return sorted(found, key=lambda d: (-(d.index if d.index is not None else -1.0), d.family, d.version))


def reports_of(provider: Organisation, *, now: datetime) -> list[Reports]:
    """Return the reports of false alarms by family, the rising ones first."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    last, first = monday - timedelta(weeks=1), monday - timedelta(weeks=1 + BASELINE_WEEKS)
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    with scopes_disabled():  # all customers of this provider
        rows = FalsePositiveReport.objects.filter(
            organisation__provider=provider, reported_at__gte=first, reported_at__lt=monday
        )
        for family, at in rows.values_list("family", "reported_at"):
            counted[family][at < last] += 1
    found = [Reports(family, new, old / BASELINE_WEEKS) for family, (new, old) in counted.items()]
    return sorted(found, key=lambda r: (not r.rising, -r.now, r.family))
