"""A release on its way: first the canary devices, without an alarm all of them, and back when it goes wrong."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_scopes import scopes_disabled

from anshin.console.audit.operations import record
from anshin.console.fleet.rollout.alarm import WATCHED, AlarmRule, Rate, jumped
from anshin.console.fleet.rollout.models import ModelRelease, Rollout
from anshin.console.fleet.rollout.operations.counting import rate_after, rate_before
from anshin.console.people.access import Actor, system_actor
from anshin.console.people.roles import Permission

MOVING = (Rollout.State.CANARY, Rollout.State.PAUSED)
LIVING = (*MOVING, Rollout.State.EVERYONE)
SYSTEM = "Anshin"


class RolloutRefused(Exception):  # noqa: N818 - reads as what it says
    """It cannot be done now. `code` is under_way, in_use, not_canary, not_paused, ended or reason."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def alarm_rule() -> AlarmRule:
    """Return the installation's rule."""
    return AlarmRule(settings.CONFIG.model_alarm_factor, settings.CONFIG.model_alarm_minimum)


def start_rollout(
    *, actor: Actor, release: ModelRelease, canary_hours: int | None = None, now: datetime | None = None
) -> Rollout:
    """Give a release to the canary devices. Raises RolloutRefused while another of its family is with them."""
    actor.require(Permission.MODEL_MANAGE)
    hours = settings.CONFIG.model_canary_hours if canary_hours is None else canary_hours
    if _newest(release) == release:
        raise RolloutRefused("in_use")
    try:
        with transaction.atomic():
            rollout = Rollout.objects.create(
                organisation=actor.organisation,
                release=release,
                family=release.family,
                canary_hours=hours,
                started_by_name=actor.name[:200],
                started_at=now or timezone.now(),
            )
            with scopes_disabled():  # figures over all customers of this provider
                before = rate_before(rollout)
            rollout.before_detections, rollout.before_days = before.detections, before.device_days
            rollout.save(update_fields=["before_detections", "before_days"])
            _note(actor, rollout, "model.rollout_started", hours=hours)
    except IntegrityError as error:
        raise RolloutRefused("under_way") from error
    return rollout


def _newest(release: ModelRelease) -> ModelRelease | None:
    found = Rollout.objects.filter(family=release.family, state=Rollout.State.EVERYONE).select_related("release")
    newest = found.order_by("-started_at").first()
    return newest.release if newest else None


def pause(*, actor: Actor, rollout: Rollout) -> Rollout:
    """Keep the model on the canary devices, but give it to no others by itself. Alarms still count."""
    return _record_move(
        actor, rollout, Rollout.State.PAUSED, (Rollout.State.CANARY,), "not_canary", "model.rollout_paused"
    )


def resume(*, actor: Actor, rollout: Rollout) -> Rollout:
    """Let a paused rollout go on."""
    return _record_move(
        actor, rollout, Rollout.State.CANARY, (Rollout.State.PAUSED,), "not_paused", "model.rollout_resumed"
    )


def widen(*, actor: Actor, rollout: Rollout, now: datetime | None = None) -> Rollout:
    """Give the model to all devices now."""
    return _record_move(
        actor,
        rollout,
        Rollout.State.EVERYONE,
        MOVING,
        "ended",
        "model.rollout_widened",
        widened_at=now or timezone.now(),
    )


def roll_back(
    *, actor: Actor, rollout: Rollout, reason: str, alarmed: bool = False, now: datetime | None = None
) -> Rollout:
    """Take the model back from all devices: they return to the one before. Raises RolloutRefused."""
    if not reason.strip():
        raise RolloutRefused("reason")
    return _record_move(
        actor,
        rollout,
        Rollout.State.ROLLED_BACK,
        LIVING,
        "ended",
        "model.rolled_back_by_alarm" if alarmed else "model.rolled_back",
        ended_at=now or timezone.now(),
        ended_by_name=actor.name[:200],
        reason=reason.strip(),
        alarmed=alarmed,
    )


def _record_move(
    actor: Actor,
    rollout: Rollout,
    to: Rollout.State,
    allowed: tuple[str, ...],
    code: str,
    action: str,
    **fields: object,
) -> Rollout:
    actor.require(Permission.MODEL_MANAGE)
    with transaction.atomic():
        locked = Rollout.objects.select_for_update(of=("self",)).select_related("release").get(pk=rollout.pk)
        if locked.state not in allowed:
            raise RolloutRefused(code)
        locked.state = to
        for name, value in fields.items():
            setattr(locked, name, value)
        locked.save(update_fields=["state", *fields])
        _note(actor, locked, action, **({"reason": locked.reason} if to == Rollout.State.ROLLED_BACK else {}))
    return locked


def _note(actor: Actor, rollout: Rollout, action: str, **more: object) -> None:
    data = {"model": str(rollout.release), "release": str(rollout.release_id), **more}
    record(actor=actor, action=action, object_kind="rollout", object_id=rollout.id, data=data)


def advance_rollouts(*, now: datetime | None = None) -> int:
    """Look at every rollout: back when detections jumped, on to all devices when its hours are over. Returns how many.

    A rollout that no canary device has taken yet stays where it is: nothing was learned from it.
    """
    now = now or timezone.now()
    moved = 0
    with scopes_disabled():  # every provider's rollouts, each with the figures of its own customers
        for rollout in Rollout.objects.filter(state__in=LIVING).select_related("release", "organisation"):
            if rollout.widened_at is not None and now - rollout.widened_at > WATCHED:
                continue
            with suppress(RolloutRefused):  # a person moved it at the same moment
                moved += _advance(rollout, now)
    return moved


def _advance(rollout: Rollout, now: datetime) -> bool:
    before, after = Rate(rollout.before_detections, rollout.before_days), rate_after(rollout, now=now)
    rollout.after_detections, rollout.after_days, rollout.checked_at = after.detections, after.device_days, now
    rollout.save(update_fields=["after_detections", "after_days", "checked_at"])
    actor = system_actor(rollout.organisation, SYSTEM)
    if jumped(after, before, alarm_rule()):
        reason = (
            f"{after.detections} / {after.device_days:.1f} > {alarm_rule().factor:g} × "
            f"{before.detections} / {before.device_days:.1f}"
        )
        roll_back(actor=actor, rollout=rollout, reason=reason, alarmed=True, now=now)
        return True
    due = rollout.started_at + timedelta(hours=rollout.canary_hours)
    if rollout.state == Rollout.State.CANARY and after.device_days and now >= due:
        widen(actor=actor, rollout=rollout, now=now)
        return True
    return False
