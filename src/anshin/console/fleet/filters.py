"""Filters and orders of the fleet's tables: read from an address, the same for pages, CSV and the customer's API."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from anshin.console.fleet.models import Detection
from anshin.console.fleet.status import State

DEVICE_ORDERS = ("name", "-name", "state", "-state", "seen", "-seen", "os", "-os", "version", "-version")
DETECTION_ORDERS = {
    "time": "occurred_at",
    "-time": "-occurred_at",
    "file": "file_name",
    "-file": "-file_name",
    "device": "device__name",
    "-device": "-device__name",
    "outcome": "outcome",
    "-outcome": "-outcome",
}


def _one_of(value: str, allowed: tuple[str, ...], default: str = "") -> str:
    return value if value in allowed else default


def _words(query: Mapping[str, str]) -> str:
    # PostgreSQL takes no NUL, not even to look for.
    return query.get("q", "").replace("\0", "").strip()[:100]


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    """Which devices, in which order. A value that means nothing is left out."""

    state: str = ""  # a State, or "revoked"
    search: str = ""
    sort: str = "state"  # what presses most comes first

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "DeviceFilter":
        """Read the filter from an address."""
        return cls(
            state=_one_of(query.get("state", ""), (*State, "revoked")),
            search=_words(query),
            sort=_one_of(query.get("sort", ""), DEVICE_ORDERS, "state"),
        )

    @property
    def active(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.state or self.search)


@dataclass(frozen=True, slots=True)
class DetectionFilter:
    """Which detections, in which order."""

    outcome: str = ""
    handled: str = ""  # yes, no
    device: UUID | None = None
    search: str = ""
    sort: str = "-time"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "DetectionFilter":
        """Read the filter from an address."""
        try:
            device = UUID(query["device"]) if query.get("device") else None
        except ValueError:
            device = None
        return cls(
            outcome=_one_of(query.get("outcome", ""), tuple(Detection.Outcome.values)),
            handled=_one_of(query.get("handled", ""), ("yes", "no")),
            device=device,
            search=_words(query),
            sort=_one_of(query.get("sort", ""), tuple(DETECTION_ORDERS), "-time"),
        )

    @property
    def active(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.outcome or self.handled or self.device or self.search)

    def apply(self, detections: QuerySet[Detection]) -> QuerySet[Detection]:
        """Return the chosen detections in the chosen order; equal ones in the order of their ids."""
        if self.outcome:
            detections = detections.filter(outcome=self.outcome)
        if self.handled:
            detections = detections.filter(handled_at__isnull=self.handled == "no")
        if self.device:
            detections = detections.filter(device_id=self.device)
        if self.search:
            found = Q(file_name__icontains=self.search) | Q(path__icontains=self.search)
            detections = detections.filter(found | Q(sha256=self.search.lower()))
        return detections.order_by(DETECTION_ORDERS[self.sort], "pk")
