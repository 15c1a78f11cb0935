"""The mail that tells people of cases that need them: whom, and what it says in their language."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from anshin.console.cases.models import CaseMail, Incident
from anshin.console.cases.wording import stopped_of, title_of
from anshin.console.people.models import Organisation, User
from anshin.console.people.operations import people_to_tell
from anshin.console.people.roles import Permission
from anshin.engine.names import safe_name

LISTED = 10
"""A mail about more cases than this names so many of them and counts the rest."""


def people_concerned(organisation: Organisation, about: CaseMail.About) -> list[User]:
    """Return whom a case of `organisation` needs: its own people, or the desk of its provider."""
    if about == CaseMail.About.OPENED:
        return people_to_tell(organisation, Permission.CASE_WORK)
    return people_to_tell(organisation.provider or organisation, Permission.CASE_DESK)


def case_message(
    *,
    person: User,
    organisation: Organisation,
    about: CaseMail.About,
    incidents: Sequence[Incident],
    message_id: str,
) -> EmailMessage:
    """Return the mail about `incidents`, the urgent ones first. Plain text: it must be readable everywhere.

    What a device reports (names of files and devices) is shown without control or direction characters, and never in
    the subject.
    """
    ordered = sorted(incidents, key=lambda one: (one.urgency != "urgent", one.opened_at, one.number))
    language = person.language or organisation.language
    with translation.override(language):
        first = ordered[0]
        name = organisation.name_en if language == "en" and organisation.name_en else organisation.name
        handed = about == CaseMail.About.HANDED_OVER
        title = _("Handed to the desk") if handed else title_of(first, language)
        if len(ordered) == 1:
            subject = _("%(title)s: case %(number)s, %(company)s")
        else:
            subject = _("%(title)s: case %(number)s and %(more)s more, %(company)s")
        words = {"title": title, "number": first.number, "more": len(ordered) - 1, "company": name}
        context = {
            "company": name,
            "handed": handed,
            "provider": organisation.provider or organisation,
            "cases": [_told(one, language) for one in ordered[:LISTED]],
            "more": max(0, len(ordered) - LISTED),
            "list_url": _address("case_list", organisation_id=organisation.id),
            "profile_url": _address("profile"),
        }
        return EmailMessage(
            subject=" ".join((subject % words).split()),
            body=render_to_string("cases/mail/needed.txt", context),
            to=[person.email],
            headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
        )


def _told(incident: Incident, language: str) -> dict[str, object]:
    return {
        "number": incident.number,
        "title": title_of(incident, language),
        "stopped": stopped_of(incident, language),
        "file": safe_name(incident.file_name),
        "device": safe_name(incident.device_name),
        "at": incident.occurred_at,
        "handed_by": safe_name(incident.handed_by_name),
        "url": _address("case_room", organisation_id=incident.organisation_id, incident_id=incident.id),
    }


def _address(route: str, **arguments: object) -> str:
    return str(settings.CONFIG.public_url) + reverse(route, kwargs=arguments)
