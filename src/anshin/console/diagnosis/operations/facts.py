"""The dated facts that programs measured about the active company, as an answers file holds them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from anshin.console.diagnosis.models import OutsideCheck
from anshin.console.fleet.operations import measured_fleet

Fact = dict[str, Any]


def measured_facts(answers: Mapping[str, Any], *, now: datetime | None = None) -> list[Fact]:
    """Return the facts that may be used with `answers`, each with the day of its measurement.

    The share of protected machines is a fact only when every machine of the company has an agent: what protects the
    others is known to people alone.
    """
    now = now or timezone.now()
    fleet, found = measured_fleet(now=now), list[Fact]()
    if fleet.devices and fleet.last_heard_at:
        day = timezone.localdate(min(fleet.last_heard_at, now)).isoformat()
        found.append({"fact": "fleet.devices_seen", "value": fleet.devices, "at": day})
        if answers.get("computers") == fleet.devices:
            share = round(fleet.protected / fleet.devices, 4)
            found.append({"fact": "fleet.protected_share", "value": share, "at": day})
    seen = OutsideCheck.objects.exclude(document=None).first()
    if seen is not None and seen.document and seen.document["mail_auth_share"] is not None:
        share = seen.document["mail_auth_share"]
        found.append({"fact": "outside.mail_auth_share", "value": share, "at": seen.document["at"]})
    return found
