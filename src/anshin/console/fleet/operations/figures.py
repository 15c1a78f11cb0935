"""Totals over all companies, for the installation's metrics. No company is named."""

from dataclasses import dataclass

from django.db.models import Count
from django_scopes import scopes_disabled

from anshin.console.fleet.models import Detection, DeviceEvent


@dataclass(frozen=True, slots=True)
class FleetFigures:
    """Events stored, and detections by outcome."""

    events: int
    detections: dict[str, int]


def figures() -> FleetFigures:
    """Return the totals."""
    with scopes_disabled():  # counts only
        rows = Detection.objects.order_by().values_list("outcome").annotate(n=Count("pk"))
        return FleetFigures(DeviceEvent.objects.count(), {str(outcome): n for outcome, n in rows})
