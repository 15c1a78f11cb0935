"""Sample organisations and their people, through the same operations as real ones."""

from collections.abc import Mapping
from typing import Any

from anshin.console.people.access import system_actor
from anshin.console.people.models import Organisation
from anshin.console.people.operations import create_company, create_person, create_provider
from anshin.console.people.roles import Role

ACTOR = "demo"


def load_organisations(data: Mapping[str, Any]) -> dict[str, Organisation]:
    """Store provider, companies and people; return the companies by their key."""
    about = data["provider"]
    provider = create_provider(name=about["name"], name_en=about["name_en"], desk_phone=about["desk_phone"])
    provider.is_demo = True  # companies take it over from their provider
    provider.save(update_fields=["is_demo"])
    _load_people(provider, about["people"])
    companies = {}
    for entry in data["companies"]:
        company, _invited = create_company(
            actor=system_actor(provider, ACTOR), name=entry["name"], name_en=entry["name_en"]
        )
        _load_people(company, entry["people"])
        companies[entry["key"]] = company
    return companies


def _load_people(organisation: Organisation, people: list[dict[str, str]]) -> None:
    for person in people:
        create_person(
            email=person["email"],
            name=person["name"],
            organisation=organisation,
            role=Role(person["role"]),
            actor=system_actor(organisation, ACTOR),
        )
