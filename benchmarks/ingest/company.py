"""Run beside the console: makes a company and enrolment tokens, or counts what is stored."""

import json
import sys

import django

django.setup()

from django_scopes import scopes_disabled  # noqa: E402

from anshin.console.fleet.models import Detection, DeviceEvent  # noqa: E402
from anshin.console.fleet.operations import make_enrolment_token  # noqa: E402
from anshin.console.people.access import system_actor  # noqa: E402
from anshin.console.people.models import Organisation  # noqa: E402


def tokens(count: int) -> list[str]:
    """Return enrolment tokens of a new company."""
    provider = Organisation.objects.create(kind="provider", name="benchmark")
    company = Organisation.objects.create(kind="customer", name="benchmark", provider=provider)
    actor = system_actor(company, "benchmark")
    return [make_enrolment_token(actor=actor, label=f"PC-{number}") for number in range(count)]


def counts() -> dict[str, int]:
    """Return how much is stored."""
    with scopes_disabled():
        return {"events": DeviceEvent.objects.count(), "detections": Detection.objects.count()}


print(json.dumps(tokens(int(sys.argv[2])) if sys.argv[1] == "tokens" else counts()))
