"""The provider's pages about models, in both languages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django_scopes import scopes_disabled

from anshin.console.fleet.rollout.models import CanaryDevice, ModelKey, Rollout
from anshin.console.people.roles import Role
from tests.console.fleet.rollout.conftest import tell
from tests.engine.model_packages import PUBLIC_TEXT, make_package, one_byte_changed


@pytest.fixture
def client(cast):
    return cast.client(Role.ADMINISTRATOR)


def address(cast, rest: str = "") -> str:
    return f"/p/{cast.provider.id}/models/{rest}"


def test_first_visit_leads_to_the_upload(cast, client):
    page = client.get(address(cast)).content.decode()
    assert "モデルはまだ登録されていません" in page
    assert address(cast, "upload/") in page
    assert client.get(f"/p/{cast.company.id}/models/").status_code == 404, "a customer has no such room"


def test_key_then_package_then_rollout(cast, client):
    package = SimpleUploadedFile("shell.anshinmodel", make_package())
    refused = client.post(address(cast, "upload/"), {"package": package})
    assert refused.status_code == 400
    assert "鍵を、このエンジンは信頼していません" in refused.content.decode()
    assert client.post(address(cast, "keys/add/"), {"public_key": "xx"}).status_code == 400
    assert client.post(address(cast, "keys/add/"), {"public_key": PUBLIC_TEXT}).status_code == 302
    package.seek(0)
    made = client.post(address(cast, "upload/"), {"package": package}, follow=True)
    page = made.content.decode()
    assert "署名を確かめ、shell-2026.11.1 を登録しました" in page
    assert "試験用です。" in page
    release = made.request["PATH_INFO"]
    started = client.post(f"{release}start/", {"hours": "2"}, follow=True).content.decode()
    assert "先に試す端末で確認中" in started
    assert client.post(f"{release}start/", {"hours": "2"}).status_code == 409
    assert client.post(f"{release}start/", {"hours": "soon"}).status_code == 400
    assert "shell-2026.11.1" in client.get(address(cast)).content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "モデルの中のファイルが、署名された一覧と一致しません"), ("en", "not those that were signed")],
)
def test_one_changed_byte_is_refused_with_a_sentence(desk, cast, language, said):
    client = cast.client(Role.ADMINISTRATOR, language=language)
    package = SimpleUploadedFile("x.anshinmodel", one_byte_changed(make_package(version="2026.11.3")))
    refused = client.post(address(cast, "upload/"), {"package": package})
    assert refused.status_code == 400
    assert said in refused.content.decode()


def test_rollout_is_moved_from_its_page(desk, cast, client, agent):
    rollout = desk.start()
    tell(agent, desk.new)
    change = address(cast, f"rollouts/{rollout.id}/change/")
    page = client.post(change, {"action": "pause"}, follow=True).content.decode()
    assert "先に試す端末で停止中" in page
    assert "経理PC-02" in page
    for action, word in (("resume", "確認中"), ("widen", "すべての端末に配布")):
        assert word in client.post(change, {"action": action}, follow=True).content.decode()
    assert client.post(change, {"action": "roll_back", "reason": "x"}).status_code == 400
    assert client.post(change, {"action": "dance"}).status_code == 400
    page = client.post(change, {"action": "roll_back", "reason": "書類が止まった"}, follow=True).content.decode()
    assert "前のモデルに戻した" in page
    assert "書類が止まった" in page
    assert client.post(change, {"action": "widen"}).status_code == 409
    with scopes_disabled():
        assert Rollout.objects.get().state == Rollout.State.ROLLED_BACK


def test_refusal_of_a_device_is_shown_with_its_sentence(desk, cast, client, agent):
    import json

    refused = {"family": "shell", "version": "2026.11.2", "sha256": desk.new.sha256, "code": "changed",
               "ja": "書き換えられています。", "en": "It was changed."}  # fmt: skip
    agent.post("models", json.dumps({"refused": [refused]}).encode())
    assert "書き換えられています。" in client.get(address(cast, f"{desk.new.id}/")).content.decode()


def test_canaries_are_chosen(desk, cast, client, make_agent):
    first, second = make_agent(), make_agent(label="倉庫PC")
    page = client.get(address(cast, "canary/")).content.decode()
    assert page.count("はい") >= 1
    client.post(address(cast, "canary/"), {"device": [str(second.device_id)]})
    with scopes_disabled():
        assert [c.device_id for c in CanaryDevice.objects.all()] == [second.device_id]
    client.post(address(cast, "canary/"), {"device": [str(first.device_id)]})
    with scopes_disabled():
        assert [c.device_id for c in CanaryDevice.objects.all()] == [first.device_id]


def test_analyst_sees_but_has_no_buttons(desk, cast):
    client = cast.client(Role.ANALYST)
    assert address(cast, "upload/") not in client.get(address(cast)).content.decode()
    assert "start/" not in client.get(address(cast, f"{desk.new.id}/")).content.decode()
    with scopes_disabled():
        assert ModelKey.objects.count() == 1
