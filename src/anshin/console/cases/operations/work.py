"""What the people of a case do with it day by day: tick steps, write notes."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from anshin.console.audit.operations import record
from anshin.console.cases.models import CaseNote, CaseStep, Incident
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission


class CaseConflict(Exception):  # noqa: N818 - reads as what it says
    """The case is no longer as the person saw it. The message says how it is now and what they can do."""


def locked_case(incident: Incident) -> Incident:
    """Return the case as it is now, locked until the end of the transaction.

    Without its key: a note written meanwhile refers to the case, and its writer may hold the head of the log that we
    need next. With the key the two would wait for each other (PostgreSQL, "Row-Level Locks").
    """
    return Incident.objects.select_for_update(no_key=True).get(id=incident.id)


def write_note(
    *,
    incident: Incident,
    actor: Actor,
    at: datetime,
    code: str = "",
    text: str = "",
    data: dict[str, Any] | None = None,
) -> CaseNote:
    """Store one line of the timeline, in the caller's transaction."""
    return CaseNote.objects.create(
        id=uuid4(),
        organisation_id=incident.organisation_id,
        incident=incident,
        at=at,
        author_kind=actor.kind,
        author_name=actor.name[:200],
        code=code,
        text=text,
        data=data or {},
    )


def require_open(incident: Incident) -> None:
    """Raise CaseConflict when the case is closed."""
    if incident.state == Incident.State.CLOSED:
        raise CaseConflict(_("This case is closed. Reopen it first, with a reason."))


def tick_step(*, actor: Actor, step: CaseStep, now: datetime | None = None) -> CaseStep:
    """Mark one step as done. Twice is once. Raises CaseConflict when the case is closed."""
    return _set_step(actor, step, now or timezone.now(), done=True)


def untick_step(*, actor: Actor, step: CaseStep, now: datetime | None = None) -> CaseStep:
    """Take the mark back. Twice is once. Raises CaseConflict when the case is closed."""
    return _set_step(actor, step, now or timezone.now(), done=False)


def _set_step(actor: Actor, step: CaseStep, now: datetime, *, done: bool) -> CaseStep:
    actor.require(Permission.CASE_WORK)
    with transaction.atomic():
        incident = locked_case(step.incident)
        require_open(incident)
        step = CaseStep.objects.get(id=step.id)
        if (step.done_at is not None) == done:
            return step
        step.done_at, step.done_by_name = (now, actor.name[:200]) if done else (None, "")
        step.save(update_fields=["done_at", "done_by_name"])
        words = {"step_ja": step.document["title"]["ja"], "step_en": step.document["title"]["en"]}
        code = "step_done" if done else "step_undone"
        write_note(incident=incident, actor=actor, at=now, code=code, data=words)
        record(
            actor=actor,
            action="case.step_done" if done else "case.step_undone",
            object_kind="case",
            object_id=incident.id,
            data={"number": incident.number, "step": step.code, **words},
        )
    return step


def add_note(*, actor: Actor, incident: Incident, text: str, now: datetime | None = None) -> CaseNote:
    """Write a note, also on a closed case: what is learnt later must not be lost. Raises ValueError when empty."""
    actor.require(Permission.CASE_WORK)
    if not text.strip():
        raise ValueError("a note needs words")
    with transaction.atomic():
        note = write_note(incident=incident, actor=actor, at=now or timezone.now(), text=text.strip())
        record(
            actor=actor,
            action="case.note_added",
            object_kind="case",
            object_id=incident.id,
            data={"number": incident.number, "note": str(note.id)},
        )
    return note
