"""Detections as fleet stores them, and the cases that follow, for whichever company a test needs."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django_scopes import scope, scopes_disabled

from anshin.console.cases import operations
from anshin.console.cases.models import Incident
from anshin.console.fleet.models import Detection, Device, DeviceEvent
from anshin.console.people.models import Organisation
from tests.console.conftest import Cast

NOW = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


def wire_event(outcome: str, name: str, sha256: str, at: datetime) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "sequence": 7,
        "kind": f"detection.{outcome}",
        "occurred_at": at.isoformat(),
        "clock_offset_seconds": 0.125,
        "path": f"C:\\Users\\経理\\Downloads\\{name}",
        "user": "経理",
        "verdict": {"sha256": sha256, "score": 0.98, "versions": {"engine": "9.0", "rules": "r1"}},
    }


@dataclass
class Desk:
    """Makes detections and opens their cases, each inside its company's scope."""

    cast: Cast

    def device(self, company: Organisation, name: str = "経理PC-02") -> Device:
        with scopes_disabled():
            found = Device.objects.filter(organisation=company, name=name).first()
            return found or Device.objects.create(
                organisation=company, name=name, hostname=name, os="Windows 11", arch="AMD64",
                public_key="A" * 43 + "=",
                agent_version="9.0", engine_version="9.0", rules_version="r1",
            )  # fmt: skip

    def detection(
        self,
        company: Organisation | None = None,
        outcome: str = "blocked",
        sha256: str = "a" * 64,
        at: datetime = NOW,
        device: str = "経理PC-02",
        name: str = "請求書.pdf.exe",
    ) -> UUID:
        company = company or self.cast.company
        on, document = self.device(company, device), wire_event(outcome, name, sha256, at)
        with scopes_disabled():
            event = DeviceEvent.objects.create(
                id=document["id"], organisation=company, device=on, sequence=7, kind=document["kind"],
                occurred_at=at, received_at=at, document=document,
            )  # fmt: skip
            Detection.objects.create(
                event=event, organisation=company, device=on, outcome=outcome, file_name=name, path=document["path"],
                sha256=sha256, verdict=document["verdict"], occurred_at=at,
            )  # fmt: skip
        return UUID(document["id"])

    def open(self, detection_id: UUID, company: Organisation | None = None, now: datetime = NOW) -> Incident:
        company = company or self.cast.company
        with scope(organisation=company):
            opened = operations.open_from_detection(
                event_id=uuid4(), organisation=company, detection_id=detection_id, now=now
            )
            return Incident.objects.get(id=opened.id)

    def case(self, company: Organisation | None = None, **detection: Any) -> Incident:
        """Return the case of a new detection of a file of its own, unless the caller names one."""
        detection.setdefault("sha256", uuid4().hex * 2)
        return self.open(self.detection(company, **detection), company)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    """The first company's cases, and those of every other."""
    return Desk(cast)


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)
