"""When detections by a new model have jumped. Pure: two counts and a rule in, a yes or no out."""

from dataclasses import dataclass
from datetime import timedelta

BASELINE = timedelta(days=14)
"""How long before a rollout the detections are counted that it is compared with."""
WATCHED = timedelta(days=14)
"""How long after it went to all devices a model is still watched."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Detections to which a model contributed, over so many device-days."""

    detections: int = 0
    device_days: float = 0.0

    @property
    def per_device_day(self) -> float:
        """Detections for each device and day; 0 without a device-day."""
        return self.detections / self.device_days if self.device_days else 0.0


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """From which multiple of the rate before, and from how many detections on, it counts as a jump."""

    factor: float
    minimum: int


def jumped(after: Rate, before: Rate, rule: AlarmRule) -> bool:
    """Return whether the rate with the new model is a jump over the rate before it.

    Half a detection is added to those before, so that no baseline is zero (the continuity correction of a Poisson
    rate), and a baseline of less than one device-day counts as one.
    """
    if after.detections < rule.minimum:
        return False
    expected = (before.detections + 0.5) / max(before.device_days, 1.0)
    return after.per_device_day > rule.factor * expected
