"""A case changes hands: from the company to the provider's desk, to one analyst, to its end, and back again."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anshin.console.audit.operations import record
from anshin.console.cases.models import CaseMail, Incident
from anshin.console.cases.operations.opening import DETECTION
from anshin.console.cases.operations.telling import prepare_mails
from anshin.console.cases.operations.work import CaseConflict, locked_case, require_open, write_note
from anshin.console.fleet.operations import mark_handled
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission


def hand_to_desk(*, actor: Actor, incident: Incident, now: datetime | None = None) -> Incident:
    """Hand an open case to the provider's desk. Twice is once. Raises CaseConflict when it is closed."""
    actor.require(Permission.CASE_WORK)
    now = now or timezone.now()
    with transaction.atomic():
        case = locked_case(incident)
        require_open(case)
        if case.state == Incident.State.WITH_DESK:
            return case
        case.state, case.handed_at, case.handed_by_name = Incident.State.WITH_DESK, now, actor.name[:200]
        case.save(update_fields=["state", "handed_at", "handed_by_name"])
        _write(actor, case, now, "handed_over", "case.handed_over")
        prepare_mails(incident=case, about=CaseMail.About.HANDED_OVER, now=now)
    return case


def take(*, actor: Actor, incident: Incident, instead_of: str = "", now: datetime | None = None) -> Incident:
    """Make the actor, an analyst, the one who has the case in hand; an open case comes to the desk by it.

    `instead_of` is the name that the analyst saw on the page: of two who press at once the second is told, and
    nobody is replaced unseen. Raises CaseConflict then, and when the case is closed.
    """
    actor.require(Permission.CASE_DESK)
    now = now or timezone.now()
    with transaction.atomic():
        case = locked_case(incident)
        require_open(case)
        if case.taken_by_name == actor.name[:200]:
            return case
        if case.taken_by_name != instead_of:
            raise CaseConflict(
                _("%(name)s has taken this case in the meantime. Talk to them, or take it over from them.")
                % {"name": case.taken_by_name}
                if case.taken_by_name
                else _("Nobody has this case any more. Look at it again, then take it.")
            )
        case.taken_by_name, case.taken_at, case.state = actor.name[:200], now, Incident.State.WITH_DESK
        case.save(update_fields=["taken_by_name", "taken_at", "state"])
        _write(actor, case, now, "taken", "case.taken", {"instead_of": instead_of} if instead_of else {})
    return case


def close(*, actor: Actor, incident: Incident, reason: str, now: datetime | None = None) -> Incident:
    """End a case with the desk's reason, and with it all its detections. Raises CaseConflict when it is closed."""
    actor.require(Permission.CASE_DESK)
    now = now or timezone.now()
    reason = _reason(reason)
    with transaction.atomic():
        case = locked_case(incident)
        require_open(case)
        case.state, case.closed_at, case.closed_by_name = Incident.State.CLOSED, now, actor.name[:200]
        case.closing_reason = reason
        case.save(update_fields=["state", "closed_at", "closed_by_name", "closing_reason"])
        for source in case.sources.filter(kind=DETECTION):
            mark_handled(actor=actor, detection_id=source.source_id, now=now)
        _write(actor, case, now, "closed", "case.closed", {"reason": reason})
    return case


def reopen(*, actor: Actor, incident: Incident, reason: str, now: datetime | None = None) -> Incident:
    """Open a closed case again, with the company. Raises CaseConflict when it is not closed."""
    actor.require(Permission.CASE_WORK)
    now = now or timezone.now()
    reason = _reason(reason)
    with transaction.atomic():
        case = locked_case(incident)
        if case.state != Incident.State.CLOSED:
            raise CaseConflict(_("This case is open already."))
        case.state, case.closed_at, case.closed_by_name, case.closing_reason = Incident.State.OPEN, None, "", ""
        case.handed_at, case.handed_by_name, case.taken_at, case.taken_by_name = None, "", None, ""
        case.save()
        _write(actor, case, now, "reopened", "case.reopened", {"reason": reason})
    return case


def _reason(text: str) -> str:
    if not text.strip():
        raise ValueError("a reason is needed")
    return text.strip()


def _write(
    actor: Actor, case: Incident, now: datetime, code: str, action: str, data: dict[str, Any] | None = None
) -> None:
    write_note(incident=case, actor=actor, at=now, code=code, data=data)
    record(
        actor=actor,
        action=action,
        object_kind="case",
        object_id=case.id,
        data={"number": case.number, **(data or {})},
    )
