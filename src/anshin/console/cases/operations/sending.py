"""Sends the mails about cases: each person once for each case, new cases at most once in five minutes.

A worker that is killed between the mail server's answer and the note of it sends that mail again, under the same
Message-ID when nothing else came to wait meanwhile.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_scopes import scopes_disabled

from anshin.console.audit.operations import record
from anshin.console.cases.case_mail import case_message, people_concerned
from anshin.console.cases.models import CaseMail
from anshin.console.cases.operations.work import write_note
from anshin.console.people.access import system_actor
from anshin.console.web.mail import deliver

GATHER = {CaseMail.About.OPENED: timedelta(minutes=5), CaseMail.About.HANDED_OVER: timedelta()}
"""So long after such a mail further cases of the same company wait, to go out together. A hand-over never waits."""
FIRST_WAIT = timedelta(minutes=1)
"""Wait after the first failure; it doubles with each further one."""
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP = timedelta(days=1)
"""A mail that could not be sent for so long would no longer help."""
FAILURES = 2
"""After so many failures in one round the rest waits for the next: a dead server must not hold the worker."""

_WAITING = Q(sent_at=None, given_up_at=None)


def send_waiting_mails(*, now: datetime | None = None) -> int:
    """Send every mail that is due; return how many the server took. Failures wait longer each time."""
    now = now or timezone.now()
    sent = failed = 0
    with scopes_disabled():  # every company's mails; each query below names its company
        _give_up(now)
        due = CaseMail.objects.filter(_WAITING, next_attempt_at__lte=now)
        groups = due.values_list("organisation_id", "person_id", "about").order_by("organisation_id", "person_id")
        for organisation_id, person_id, about in list(groups.distinct()):
            rows = _claim(organisation_id, person_id, CaseMail.About(about), now)
            if not rows or _unwanted(rows, now):
                continue
            if _send(rows, now):
                sent += 1
            elif (failed := failed + 1) >= FAILURES:
                break
    return sent


def _claim(organisation_id: UUID, person_id: UUID, about: CaseMail.About, now: datetime) -> list[CaseMail]:
    """Return what waits for one person, counted as tried; nothing while an earlier mail is too fresh.

    Counted in a transaction of its own, so that of two workers one sends, and none holds a lock while it does.
    """
    with transaction.atomic():
        theirs = CaseMail.objects.filter(organisation_id=organisation_id, person_id=person_id, about=about)
        if theirs.filter(sent_at__gt=now - GATHER[about]).exists():
            return []
        rows = list(
            theirs.filter(_WAITING, next_attempt_at__lte=now)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("incident", "organisation__provider", "person")
            .order_by("created_at", "id")
        )
        for row in rows:
            row.next_attempt_at = now + min(FIRST_WAIT * 2 ** min(row.attempts, 10), LONGEST_WAIT)
            row.attempts += 1
        CaseMail.objects.bulk_update(rows, ["attempts", "next_attempt_at"])
    return rows


def _unwanted(rows: list[CaseMail], now: datetime) -> bool:
    """Whether the person has left, or turned the mails off, since; `rows` are given up then."""
    if rows[0].person in people_concerned(rows[0].organisation, CaseMail.About(rows[0].about)):
        return False
    CaseMail.objects.filter(id__in=[row.id for row in rows]).update(given_up_at=now)
    return True


def _send(rows: list[CaseMail], now: datetime) -> bool:
    """Send one mail about `rows`; False when the server did not take it."""
    message = case_message(
        person=rows[0].person,
        organisation=rows[0].organisation,
        about=CaseMail.About(rows[0].about),
        incidents=[row.incident for row in rows],
        message_id=f"<{rows[0].id}@{settings.CONFIG.host}>",
    )
    if not deliver(message).sent:
        return False
    _end_and_record(rows, "case.told", now, sent_at=now)
    return True


def _give_up(now: datetime) -> None:
    late = CaseMail.objects.filter(_WAITING, created_at__lt=now - GIVE_UP)
    for row in late.select_related("incident", "organisation", "person"):
        _end_and_record([row], "case.not_told", now, given_up_at=now)


def _end_and_record(rows: list[CaseMail], action: str, now: datetime, **when: datetime) -> None:
    """Close `rows` and note it on their cases and in the log, once."""
    with transaction.atomic():
        for row in rows:
            if not CaseMail.objects.filter(_WAITING, id=row.id).update(**when):
                continue  # another worker noted it
            actor, person = system_actor(row.organisation, "Anshin"), {"person": str(row.person)}
            write_note(incident=row.incident, actor=actor, at=now, code=action.removeprefix("case."), data=person)
            record(
                actor=actor,
                action=action,
                object_kind="case",
                object_id=row.incident_id,
                data={"number": row.incident.number, **person},
            )
