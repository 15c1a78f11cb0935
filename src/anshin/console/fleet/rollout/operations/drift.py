"""Keeps the weekly histograms of scores that devices report."""

from collections.abc import Sequence

from anshin.console.fleet.models import Device
from anshin.console.fleet.rollout.models import ScoreWeek
from anshin.wire.models import ScoreCounts


def store_scores(*, device: Device, counts: Sequence[ScoreCounts]) -> None:
    """Keep the totals of a device's weeks, in the caller's transaction. What comes later replaces what came before."""
    for one in counts:
        ScoreWeek.objects.update_or_create(
            device=device,
            week=one.week,
            family=one.family,
            version=one.version,
            defaults={"organisation": device.organisation, "counts": list(one.counts)},
        )
