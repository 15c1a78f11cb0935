"""Every operation of the API × every kind of caller. The promise is `routes.yaml`; the operations come from OpenAPI."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction
from django.test import Client
from django_scopes import scope

from anshin.console.people.models import Organisation
from anshin.console.people.operations import create_key, revoke_key
from anshin.console.people.roles import Role
from anshin.console.web.api import api
from tests.console.belongings import belongings_of
from tests.console.conftest import Cast
from tests.console.diagnosis.conftest import answers

TABLE: dict[str, str] = yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text(encoding="utf-8"))["api"]


def test_every_operation_is_in_the_table_and_every_row_is_an_operation():
    paths = api.get_openapi_schema()["paths"]
    assert {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods} == set(TABLE)


def key_of(cast: Cast, company: Organisation, what: str, *, revoked: bool = False) -> Client:
    actor = cast.actor(Role.OWNER, company)
    with scope(organisation=company):
        made = create_key(actor=actor, name="matrix", scope=what, days=30)
        if revoked:
            revoke_key(actor=actor, key=made.key)
    return Client(headers={"authorization": f"Bearer {made.text}"})


def callers(cast: Cast) -> dict[str, Client]:
    """Return one client for each kind of caller that might try."""
    return {
        "nobody": Client(),
        "a person's session": cast.client(Role.OWNER),
        "a made-up key": Client(headers={"authorization": "Bearer anshin_00000000_nothing"}),
        "a revoked key": key_of(cast, cast.company, "write", revoked=True),
        "another company's key": key_of(cast, cast.other, "write"),
        "a reading key": key_of(cast, cast.company, "read"),
        "a writing key": key_of(cast, cast.company, "write"),
    }


def expected(row: str, needs: str, caller: str) -> int:
    if needs == "enrolment":
        return 422  # the same for everyone: without a document there is no token
    if needs == "device" or caller in {"nobody", "a person's session", "a made-up key", "a revoked key"}:
        return 401
    if caller == "another company's key" and (needs == "read" or "{" in row):
        return 404 if "{" in row else 200
    if needs == "write" and caller == "a reading key":
        return 403
    return 202 if needs == "write" else 200


def ask(client: Client, row: str, things: dict[str, Any]) -> Any:
    method, path = row.split(" ")
    url = re.sub(r"{(\w+)}", lambda name: str(things[name[1]]), path)
    if method == "GET":
        return client.get(url)
    bodies: dict[str, Any] = {
        "restore": {"reason": "the same request for every caller"},
        "answers": {"answers": answers()},
    }
    body: Any = next((body for word, body in bodies.items() if path.endswith(word)), {})
    return client.post(url, json.dumps(body), content_type="application/json")


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "needs"), TABLE.items(), ids=TABLE)
def test_operation_answers_each_caller(cast, row: str, needs: str):
    things = belongings_of(cast, cast.company)
    answers, promised = {}, {}
    for name, client in callers(cast).items():
        with transaction.atomic():  # undone, so that each caller meets the same company
            answers[name] = ask(client, row, things).status_code
            transaction.set_rollback(True)
        promised[name] = expected(row, needs, name)
    assert answers == promised


@pytest.mark.django_db
def test_lists_of_another_companys_key_hold_nothing_of_ours(cast):
    belongings_of(cast, cast.company, marker="他社目印-9f3a")
    client = key_of(cast, cast.other, "write")
    for row in TABLE:
        if row.startswith("GET /api/v1/") and "{" not in row:
            assert "9f3a" not in client.get(row.split(" ")[1]).content.decode()
