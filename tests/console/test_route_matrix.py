"""Every route × every kind of caller. The table `routes.yaml` is the promise, written by hand; the routes come from the
URLconf. A route that is not in the table, and a row without a route, fail the build.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django_scopes import scopes_disabled

from anshin.console.people.models import Organisation
from anshin.console.people.roles import CUSTOMER_ROLES, GRANTS, PROVIDER_ROLES, Permission, Role
from tests.console.belongings import belongings_of
from tests.console.conftest import Cast

TABLE: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text(encoding="utf-8"))
OURS = TABLE["ours"]
LIBRARIES = tuple(TABLE["libraries"])


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every (full route, pattern) of the URLconf."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


ROUTES = [(route, entry) for route, entry in routes() if not route.startswith(LIBRARIES)]


def test_every_route_is_in_the_table_and_every_row_is_a_route():
    assert {entry.name for _route, entry in ROUTES} == set(OURS)


@pytest.mark.parametrize(("route", "entry"), ROUTES, ids=[r for r, _ in ROUTES])
def test_gate_is_the_promised_one(route: str, entry: URLPattern):
    gate = getattr(entry.callback, "permission", None)
    assert gate is not None, f"{route} has no gate; decorate its view with company_page, person_page or public_page"
    assert str(gate) == OURS[str(entry.name)]["gate"]


COMPANY_ROUTES = [(r, e) for r, e in ROUTES if "organisation_id" in r]
ACTORS = [None, "stranger", "other owner", *Role]


def address(entry: URLPattern, route: str, organisation: Organisation, things: dict[str, Any]) -> str:
    names = [name for name in re.findall(r"<(?:\w+:)?(\w+)>", route) if name != "organisation_id"]
    return reverse(
        str(entry.name), kwargs={"organisation_id": organisation.id} | {name: things[name] for name in names}
    )


def call(client: Client, entry: URLPattern, url: str) -> Any:
    return client.post(url, {}) if OURS[str(entry.name)].get("post") else client.get(url)


def expected(entry: URLPattern, actor: str | None, *, in_provider: bool) -> str:
    if actor is None:
        return "sign in"
    if actor in {"stranger", "other owner"} or (in_provider and actor in CUSTOMER_ROLES):
        return "absent"
    return "yes" if Permission(OURS[str(entry.name)]["gate"]) in GRANTS[Role(actor)] else "no"


def answer_of(response: Any) -> str:
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "sign in"
    return {404: "absent", 403: "no"}.get(response.status_code, "yes" if response.status_code < 500 else "broken")


def client_of(cast: Cast, actor: Any) -> Client:
    if actor == "stranger":
        client = Client()
        client.force_login(cast.someone_else)
        return client
    return cast.client(Role.OWNER, cast.other) if actor == "other owner" else cast.client(actor)


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "entry"), COMPANY_ROUTES, ids=[e.name for _, e in COMPANY_ROUTES])
def test_company_route_answers_each_actor(cast, route: str, entry: URLPattern):
    in_provider = route.startswith("p/")
    organisation = cast.provider if in_provider else cast.company
    url = address(entry, route, organisation, belongings_of(cast, cast.company))
    answers, promised = {}, {}
    for actor in ACTORS:
        with transaction.atomic():  # undone, so that each actor meets the same company
            answers[str(actor)] = answer_of(call(client_of(cast, actor), entry, url))
            transaction.set_rollback(True)
        promised[str(actor)] = expected(entry, actor, in_provider=in_provider)
    assert answers == promised


OBJECT_ROUTES = [(r, e) for r, e in COMPANY_ROUTES if len(re.findall("<", r)) > 1]


def without_reference(body: bytes) -> bytes:
    """Cut the request id and the CSRF token out of a page: they differ on every request."""
    return re.sub(rb'[0-9a-f]{16}|name="csrfmiddlewaretoken" value="[^"]*"|[0-9a-f-]{36}', b"", body)


@pytest.mark.django_db
@pytest.mark.parametrize(("route", "entry"), OBJECT_ROUTES, ids=[e.name for _, e in OBJECT_ROUTES])
def test_foreign_object_is_as_if_absent(cast, route: str, entry: URLPattern):
    """Each id of another company, in an address of one's own company, answers like an id that nobody has."""
    client = cast.client(Role.ADMINISTRATOR) if route.startswith("p/") else cast.client(Role.OWNER)
    organisation = cast.provider if route.startswith("p/") else cast.company
    own, foreign = belongings_of(cast, cast.company), belongings_of(cast, cast.other)
    permission = Permission(OURS[str(entry.name)]["gate"])
    if permission not in GRANTS[Role.ADMINISTRATOR if route.startswith("p/") else Role.OWNER]:
        client = cast.client(Role.ADMINISTRATOR)
    for name in re.findall(r"<(?:\w+:)?(\w+)>", route):
        if name == "organisation_id" or not hasattr(own[name], "hex"):
            continue
        absent = {name: "00000000-0000-4000-8000-000000000000"}
        theirs = call(client, entry, address(entry, route, organisation, own | {name: foreign[name]}))
        nobodys = call(client, entry, address(entry, route, organisation, own | absent))
        assert theirs.status_code == nobodys.status_code == 404, f"{entry.name}: {name}"
        assert without_reference(theirs.content) == without_reference(nobodys.content)


@pytest.mark.django_db
def test_marker_of_the_other_company_appears_nowhere(cast):
    """Walk every page of one company as each of its people: no word of the other company stands on any of them."""
    with scopes_disabled():
        cast.other.name = "他社目印-Marker-9f3a"
        cast.other.save()
    belongings_of(cast, cast.other, marker="他社目印-Marker-9f3a")
    things = belongings_of(cast, cast.company)
    for role in CUSTOMER_ROLES:
        client = cast.client(role)
        for route, entry in COMPANY_ROUTES:
            if not route.startswith("p/") and not OURS[str(entry.name)].get("post"):
                page = client.get(address(entry, route, cast.company, things))
                assert "Marker-9f3a" not in page.content.decode(errors="replace"), entry.name  # a PDF is no text


def test_every_provider_role_is_an_actor():
    assert set(PROVIDER_ROLES) | set(CUSTOMER_ROLES) == {a for a in ACTORS if isinstance(a, Role)}
