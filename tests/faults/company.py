"""Run as a program beside a console under test: makes its company, or answers a question about its database."""

import json
import sys

import django

django.setup()

from django_scopes import scopes_disabled  # noqa: E402

from anshin.console.cases.models import Incident  # noqa: E402
from anshin.console.fleet.models import Detection, QuarantineItem  # noqa: E402
from anshin.console.fleet.operations import make_enrolment_token  # noqa: E402
from anshin.console.people.access import system_actor  # noqa: E402
from anshin.console.people.models import Organisation  # noqa: E402


def make() -> str:
    provider = Organisation.objects.create(kind="provider", name="安心サポート")
    company = Organisation.objects.create(kind="customer", name="株式会社東和精機", provider=provider)
    return make_enrolment_token(actor=system_actor(company, "test"), label="経理PC-01")


def answer(question: str) -> object:
    with scopes_disabled():
        if question == "detections":
            return list(Detection.objects.values_list("path", flat=True))
        if question == "items":
            return [str(i) for i in QuarantineItem.objects.values_list("id", flat=True)]
        if question == "cases":
            return Incident.objects.count()
    raise SystemExit(f"no such question: {question}")


if __name__ == "__main__":
    print(json.dumps(answer(sys.argv[1])) if len(sys.argv) > 1 else make())
