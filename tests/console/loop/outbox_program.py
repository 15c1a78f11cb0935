"""Run as a program beside a test: fills an outbox, delivers it, or tells how the database is then."""

import json
import sys
import time

import django

django.setup()

from django_scopes import scope, scopes_disabled  # noqa: E402

from anshin.console.audit.operations import verify_all as verify_logs  # noqa: E402
from anshin.console.cases import operations as cases  # noqa: E402
from anshin.console.cases.models import Evidence, Incident  # noqa: E402
from anshin.console.loop import operations as loop  # noqa: E402
from anshin.console.people.models import Organisation  # noqa: E402
from tests.console.cases.conftest import Desk  # noqa: E402
from tests.console.conftest import Cast  # noqa: E402


def make(number: int) -> None:
    provider = Organisation.objects.create(kind="provider", name="安心サポート")
    company = Organisation.objects.create(kind="customer", name="株式会社東和精機", provider=provider)
    desk = Desk(Cast(provider, company, company))
    for one in range(number):
        detection = desk.detection(sha256=f"{one:064x}")
        with scope(organisation=company):
            loop.publish(kind="detection.recorded", organisation=company, payload={"detection_id": str(detection)})


def deliver_slowly() -> None:
    """Deliver with a pause inside each handler's transaction, so that a kill meets it."""
    opened = cases.open_from_detection

    def slow(**keywords):
        done = opened(**keywords)
        time.sleep(0.03)
        return done

    vars(loop)["import_string"] = lambda _path: slow
    print("begun", flush=True)
    loop.deliver_waiting()


def look() -> dict[str, object]:
    with scopes_disabled():
        numbers = sorted(Incident.objects.values_list("number", flat=True))
        pieces = Evidence.objects.count()
    state = loop.state()
    return {
        "waiting": state.waiting,
        "dead": state.dead,
        "cases": numbers,
        "year": numbers[0][:4] if numbers else "",
        "evidence": pieces,
        "whole": all(case.whole for case in cases.verify_all()) and all(log.found is None for log in verify_logs()),
    }


if __name__ == "__main__":
    command, *rest = sys.argv[1].split()
    if command == "make":
        make(int(rest[0]))
    elif command == "deliver":
        print(loop.deliver_waiting())
    elif command == "deliver-slowly":
        deliver_slowly()
    elif command == "look":
        print(json.dumps(look()))
