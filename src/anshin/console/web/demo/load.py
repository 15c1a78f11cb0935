"""Loads the sample companies. The data stands in YAML beside this file; times in it count back from now."""

from datetime import datetime
from importlib.resources import files
from typing import Any

import yaml
from django.db import transaction

from anshin.console.people.models import Organisation
from anshin.console.people.operations import companies_of, providers


def is_empty() -> bool:
    """Whether the installation has no organisation yet."""
    return not providers().exists()


def is_demonstration() -> bool:
    """Whether every provider of the installation is a sample."""
    return not providers().filter(is_demo=False).exists()


def read(name: str) -> Any:
    """Return one of the YAML files that lie here."""
    return yaml.safe_load(files("anshin.console.web.demo").joinpath(name).read_text(encoding="utf-8"))


def load(*, now: datetime) -> bool:
    """Store the demonstration, all of it or nothing; return False, and do nothing, where organisations are already."""
    from anshin.console.web.demo.diagnoses import load_diagnoses
    from anshin.console.web.demo.history import load_history
    from anshin.console.web.demo.organisations import load_organisations

    with transaction.atomic():
        if not is_empty():
            return False
        companies = load_organisations(read("organisations.yaml"))
        load_history(companies, read("devices.yaml"), read("detections.yaml"), now=now)
        load_diagnoses(companies, read("diagnoses.yaml"), now=now)
    return True


def demo_company() -> Organisation:
    """Return the company whose PC the demonstration's agent plays: the first in the data. Raises LookupError."""
    name = read("organisations.yaml")["companies"][0]["name"]
    for provider in providers().filter(is_demo=True):
        if (company := companies_of(provider=provider).filter(name=name).first()) is not None:
            return company
    raise LookupError(f"the demonstration has no company {name}")


def make_agent_token() -> str:
    """Return a one-time token with which the demonstration's agent joins the first sample company."""
    from anshin.console.fleet.operations import make_enrolment_token
    from anshin.console.people.access import system_actor

    return make_enrolment_token(actor=system_actor(demo_company(), "demo"), label=read("devices.yaml")["this_computer"])
