"""Loads the sample companies. The data stands in YAML beside this file; times in it count back from now."""

from datetime import datetime

from anshin.console.people.models import Organisation


def is_empty() -> bool:
    """Whether the installation has no organisation yet."""
    return not Organisation.objects.exists()


def load(*, now: datetime) -> None:
    """Store the demonstration, all of it or nothing; does nothing where there are organisations already."""
    from django.db import transaction

    with transaction.atomic():
        if not is_empty():
            return
        from anshin.console.web.demo.people import load_people

        load_people()


def make_agent_token() -> str:
    """Return a one-time token with which the demonstration's agent joins the first sample company."""
    from anshin.console.fleet.operations import make_enrolment_token
    from anshin.console.people.access import system_actor

    company = Organisation.objects.filter(kind=Organisation.Kind.CUSTOMER, is_demo=True).order_by("created_at").first()
    if company is None:
        raise LookupError("the demonstration has no company")
    return make_enrolment_token(actor=system_actor(company, "demo"), label="demo-pc")
