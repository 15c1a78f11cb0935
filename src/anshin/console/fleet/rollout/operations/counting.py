"""Counts detections to which models contributed: as they are stored, and as rates over device-days."""

from collections.abc import Sequence
from datetime import datetime

from anshin.console.fleet.models import Detection, Device
from anshin.console.fleet.rollout.alarm import BASELINE, Rate
from anshin.console.fleet.rollout.models import DeviceModel, ModelDetection, Rollout

_PREFIX = "model."
_DAY = 86400.0


def models_of(verdict: dict[str, object]) -> dict[str, str]:
    """Return the versions by family of the models that stand among the reasons of a verdict's document."""
    reasons, versions = verdict.get("reasons"), verdict.get("versions")
    codes = [str(r.get("code", "")) for r in reasons if isinstance(r, dict)] if isinstance(reasons, list) else []
    named = str(versions.get("model", "")) if isinstance(versions, dict) else ""
    known = dict(part.rsplit("-", 1) for part in named.split(",") if "-" in part)
    families = {code.removeprefix(_PREFIX)[:40] for code in codes if code.startswith(_PREFIX)}
    return {family: known.get(family, "")[:20] for family in families}


def note_model_detections(detections: Sequence[Detection]) -> None:
    """Note which models contributed to detections that were just stored, in the caller's transaction."""
    ModelDetection.objects.bulk_create(
        ModelDetection(
            organisation=detection.organisation, detection=detection, device=detection.device, family=family,
            version=version, occurred_at=detection.occurred_at,
        )
        for detection in detections
        for family, version in models_of(detection.verdict).items()
    )  # fmt: skip


def rate_after(rollout: Rollout, *, now: datetime) -> Rate:
    """Return the detections by the rollout's model since it began, over the days of the devices that use it.

    A device counts for one day at least: a new model looks at every old file once, and what it finds there in its first
    hour is not its rate. Runs outside any scope: the devices are those of all customers of the rollout's provider.
    """
    customers = {"organisation__provider_id": rollout.organisation_id}
    using = DeviceModel.objects.filter(
        **customers, family=rollout.family, sha256=rollout.release.sha256, code="", device__is_sample=False,
        device__revoked_at=None,
    )  # fmt: skip
    days = sum(max((now - max(row.since, rollout.started_at)).total_seconds() / _DAY, 1.0) for row in using)
    found = ModelDetection.objects.filter(
        **customers, family=rollout.family, version=rollout.release.version, occurred_at__gte=rollout.started_at,
        device__is_sample=False,
    )  # fmt: skip
    return Rate(found.count(), days)


def rate_before(rollout: Rollout) -> Rate:
    """Return the detections by any model of the family in the 14 days before the rollout, over all devices' days."""
    customers = {"organisation__provider_id": rollout.organisation_id}
    start, end = rollout.started_at - BASELINE, rollout.started_at
    days = 0.0
    for enrolled, revoked in Device.objects.filter(**customers, is_sample=False).values_list(
        "enrolled_at", "revoked_at"
    ):
        days += max((min(revoked or end, end) - max(enrolled, start)).total_seconds(), 0.0) / _DAY
    found = ModelDetection.objects.filter(
        **customers, family=rollout.family, occurred_at__gte=start, occurred_at__lt=end, device__is_sample=False
    )
    return Rate(found.count(), days)
