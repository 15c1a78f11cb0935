"""What agents say and fetch about models through the signed door."""

import json

import pytest
from django_scopes import scopes_disabled

from anshin.console.fleet.rollout.models import DeviceModel
from anshin.console.fleet.rollout.operations import upload_release
from anshin.console.people.roles import Role
from anshin.wire.models import PART_BYTES
from tests.console.fleet.rollout.conftest import tell
from tests.engine.model_packages import PUBLIC_TEXT, make_package


def get(agent, what: str):
    path = f"/api/agent/v1/{what}"
    return agent.client.get(path, headers=agent.headers("GET", path, b""))


def test_plan_names_the_package_and_the_keys(desk, agent):
    desk.start()
    plan = tell(agent)
    assert plan["wanted"] == [
        {"family": "shell", "version": "2026.11.2", "sha256": desk.new.sha256, "size": desk.new.size}
    ]
    assert plan["keys"] == [PUBLIC_TEXT]


def test_package_comes_in_parts_from_any_offset(desk, agent):
    import os

    data = make_package(version="2026.11.9", trees=os.urandom(PART_BYTES + 5000))
    release = desk.do(upload_release, data=data)
    desk.start(release)
    got = b""
    for _ in range(3):
        if len(got) < release.size:
            got += get(agent, f"models/{release.sha256}?offset={len(got)}").content
    assert got == data
    assert get(agent, f"models/{release.sha256}?offset=700").content == data[700:PART_BYTES]
    assert get(agent, f"models/{release.sha256}?offset={release.size}").status_code == 404


def test_only_what_is_meant_for_the_device_can_be_fetched(desk, make_agent):
    first, second = make_agent(), make_agent(label="倉庫PC")
    desk.start()
    assert get(first, f"models/{desk.new.sha256}?offset=0").status_code == 200
    refused = get(second, f"models/{desk.new.sha256}?offset=0")
    assert (refused.status_code, refused.json()["code"]) == (404, "model_unknown")
    assert get(first, f"models/{desk.old.sha256}?offset=0").status_code == 404


def test_what_a_device_says_replaces_what_it_said(desk, agent):
    def rows():
        with scopes_disabled():
            return [(r.version, r.code, r.ja) for r in DeviceModel.objects.order_by("version")]

    tell(agent, desk.old)
    tell(agent, desk.new)
    assert rows() == [("2026.11.2", "", "")]
    refused = {"family": "shell", "version": "2026.11.1", "sha256": desk.old.sha256, "code": "changed", "ja": "壊れた",
               "en": "damaged"}  # fmt: skip
    assert agent.post("models", json.dumps({"refused": [refused]}).encode()).status_code == 200
    assert rows() == [("2026.11.1", "changed", "壊れた")]
    tell(agent, desk.old)
    assert [row[:2] for row in rows()] == [("2026.11.1", "")]


def test_since_is_kept_while_it_is_in_use(desk, agent):
    tell(agent, desk.old)
    with scopes_disabled():
        since = DeviceModel.objects.get().since
    tell(agent, desk.old)
    with scopes_disabled():
        assert DeviceModel.objects.get().since == since


@pytest.mark.parametrize(
    "body", [{"in_use": [{"family": "../x", "version": "1", "sha256": "0"}]}, {"surprise": 1}, {"scores": [{}]}]
)
def test_what_is_not_agreed_is_refused(desk, agent, body):
    assert agent.post("models", json.dumps(body).encode()).status_code == 422


def test_device_page_shows_its_models(desk, agent, cast):
    tell(agent, desk.old)
    page = cast.client(Role.OWNER).get(f"/c/{cast.company.id}/devices/{agent.device_id}/").content.decode()
    assert "shell-2026.11.1" in page
