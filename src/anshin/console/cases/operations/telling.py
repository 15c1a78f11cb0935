"""Writes down whom a case needs, in the transaction that makes it so: no case is forgotten, whatever happens then.

The company is told of a case that was opened, the provider's desk of one that was handed over.
"""

from datetime import datetime

from anshin.console.cases.case_mail import people_concerned
from anshin.console.cases.models import CaseMail, Incident
from anshin.console.web.mail import mail_is_set


def prepare_mails(*, incident: Incident, about: CaseMail.About, now: datetime) -> None:
    """Write down, in the caller's transaction, who is to be told of a case. Without a mail server, nobody."""
    if not mail_is_set():
        return
    people = people_concerned(incident.organisation, about)
    rows = [
        CaseMail(
            organisation=incident.organisation,
            incident=incident,
            person=person,
            about=about,
            created_at=now,
            next_attempt_at=now,
        )
        for person in people
    ]
    CaseMail.objects.bulk_create(rows, ignore_conflicts=True)  # handed over again while the first mail still waits
    if people:
        from anshin.console.cases.jobs import send_case_mails  # late: the job sends, and sending writes notes

        send_case_mails.enqueue()
