"""Which device gets which model, and what devices say about the models they have."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django_scopes import scope, scopes_disabled

from anshin.console.audit.operations import record
from anshin.console.fleet.models import Device
from anshin.console.fleet.rollout.models import CanaryDevice, DeviceModel, ModelKey, ModelPart, ModelRelease, Rollout
from anshin.console.fleet.rollout.operations.drift import store_scores
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.wire.models import PART_BYTES, ModelPlan, ModelReport, WantedModel

_ON_ITS_WAY = (Rollout.State.CANARY, Rollout.State.PAUSED, Rollout.State.EVERYONE)


def is_canary(device: Device) -> bool:
    """Whether this device gets models first: a chosen one, or the oldest where its company has chosen none."""
    chosen = set(CanaryDevice.objects.filter(device__revoked_at=None).values_list("device_id", flat=True))
    if chosen:
        return device.id in chosen
    living = Device.objects.filter(revoked_at=None, is_sample=False).order_by("enrolled_at", "id")
    return device.id == living.values_list("id", flat=True).first()


def wanted_for(device: Device) -> list[ModelRelease]:
    """Return what this device is to use: for each family the newest release whose ring it stands in.

    Runs in the scope of the device's company; the releases are those of that company's provider.
    """
    provider_id = device.organisation.provider_id
    if provider_id is None:
        return []
    canary = is_canary(device)
    wanted: dict[str, ModelRelease] = {}
    with scopes_disabled():  # the provider's rollouts: nothing of another company stands in them
        rollouts = Rollout.objects.filter(organisation_id=provider_id, state__in=_ON_ITS_WAY)
        for rollout in rollouts.select_related("release").order_by("-started_at"):
            if canary or rollout.state == Rollout.State.EVERYONE:
                wanted.setdefault(rollout.family, rollout.release)
    return [wanted[family] for family in sorted(wanted)]


def hear_models(*, device: Device, report: ModelReport, now: datetime) -> ModelPlan:
    """Store what judges on the locked `device`, and return what is to."""
    _store_report(device, report, now)
    store_scores(device=device, counts=report.scores)
    with scopes_disabled():  # the provider's keys; no company has keys of its own
        keys = ModelKey.objects.filter(organisation=device.organisation.provider).order_by("created_at")
        told = tuple(keys.values_list("public_key", flat=True)[:16])
    return ModelPlan(
        server_time=now,
        wanted=tuple(
            WantedModel(family=r.family, version=r.version, sha256=r.sha256, size=r.size) for r in wanted_for(device)
        ),
        keys=told,
    )


def _store_report(device: Device, report: ModelReport, now: datetime) -> None:
    rows = {(m.family, m.sha256): {"version": m.version, "pinned": m.pinned, "code": ""} for m in report.in_use}
    rows |= {
        (r.family, r.sha256): {
            "version": r.version, "pinned": False, "code": r.code, "ja": r.ja.replace("\0", ""),
            "en": r.en.replace("\0", ""),
        }
        for r in report.refused
    }  # fmt: skip
    known = {(row.family, row.sha256): row for row in DeviceModel.objects.filter(device=device)}
    gone = [row.pk for key, row in known.items() if key not in rows]
    if gone:
        DeviceModel.objects.filter(pk__in=gone).delete()
    for (family, sha256), fields in rows.items():
        row = known.get((family, sha256))
        if row is None:
            DeviceModel.objects.create(
                organisation=device.organisation, device=device, family=family, sha256=sha256, since=now, **fields
            )
        elif (row.code, row.pinned) != (fields["code"], fields["pinned"]):
            row.since = row.since if row.code == fields["code"] else now
            row.code, row.pinned = str(fields["code"]), bool(fields["pinned"])
            row.ja, row.en = str(fields.get("ja", "")), str(fields.get("en", ""))
            row.save(update_fields=["since", "code", "pinned", "ja", "en"])


def part_for(*, device: Device, sha256: str, offset: int) -> bytes | None:
    """Return the bytes of a wanted package from `offset` to the end of their piece; None for any other package."""
    release = next((r for r in wanted_for(device) if r.sha256 == sha256), None)
    if release is None or not 0 <= offset < release.size:
        return None
    with scopes_disabled():  # of the very release that this device is to have
        part = ModelPart.objects.filter(release=release, number=offset // PART_BYTES).first()
    return bytes(part.data)[offset % PART_BYTES :] if part else None


def choose_canary(*, actor: Actor, devices: Sequence[Device], chosen: bool) -> None:
    """Let devices of the provider's customers get models first, or no longer. The caller found them by access."""
    actor.require(Permission.MODEL_MANAGE)
    with transaction.atomic():
        for device in devices:
            with scope(organisation=device.organisation):
                if chosen:
                    _row, changed = CanaryDevice.objects.get_or_create(
                        device=device,
                        defaults={"organisation": device.organisation, "chosen_by_name": actor.name[:200]},
                    )
                else:
                    changed = bool(CanaryDevice.objects.filter(device=device).delete()[0])
            if changed:
                record(
                    actor=actor,
                    action="model.canary_chosen" if chosen else "model.canary_released",
                    object_kind="device",
                    object_id=device.id,
                    data={"device": device.name, "company": device.organisation.name},
                )
