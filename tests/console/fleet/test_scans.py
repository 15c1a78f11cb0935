"""Asking devices to examine everything: who is asked, who may ask, and how far it is."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope

from anshin.console.audit.models import AuditEntry
from anshin.console.fleet.models import Detection, Device, DeviceCommand, ScanRequest
from anshin.console.fleet.operations import ask_to_scan, last_scan, revoke_device, scan_state
from anshin.console.fleet.operations.scans import SCAN_LIFETIME, ScanRefused, ScanStage
from anshin.console.people.roles import Role
from tests.console.fleet.conftest import FakeAgent, event, found

HTMX = {"HX-Request": "true"}


def at(cast, name: str, **more) -> str:
    return reverse(name, kwargs={"organisation_id": cast.company.id} | more)


@pytest.fixture
def blocked(agent) -> dict[str, Any]:
    """A blocked file of the first company."""
    document = event("detection.blocked")
    assert agent.send(document).status_code == 200
    return document


def ask(cast, blocked, **more) -> ScanRequest:
    with scope(organisation=cast.company):
        detection = Detection.objects.get(pk=blocked["id"])
        return ask_to_scan(actor=cast.actor(Role.OWNER), detection=detection, **more)


def wanted_of(agent: FakeAgent) -> list[dict[str, Any]]:
    commands: list[dict[str, Any]] = agent.ask().json()["commands"]
    return [command for command in commands if command["kind"] == "scan.path"]


def finish(agent: FakeAgent, *, sequence: int = 10, **more: Any) -> None:
    (command,) = wanted_of(agent)
    answer = event("scan.finished", sequence=sequence, command_id=command["id"], **more)
    assert agent.send(answer).status_code == 200


def test_every_living_device_of_the_company_is_asked_and_no_other(cast, agent, make_agent, blocked):
    second, gone, elsewhere = make_agent(label="経理PC-03"), make_agent(label="古いPC"), make_agent(cast.other)
    with scope(organisation=cast.company):
        revoke_device(actor=cast.actor(Role.OWNER), device=Device.objects.get(pk=gone.device_id))
        Device.objects.create(organisation=cast.company, name="見本", public_key="x", is_sample=True)
    ask(cast, blocked)
    with scope(organisation=cast.company):
        asked = set(DeviceCommand.objects.values_list("device_id", flat=True))
        assert asked == {agent.device_id, second.device_id}
        entry = AuditEntry.objects.get(action="device.scan_asked")
        assert entry.data["count"] == 2
    assert [command["path"] for command in wanted_of(agent)] == [""]
    assert wanted_of(elsewhere) == []


def test_what_a_scan_finds_does_not_end_it(cast, agent, blocked):
    ask(cast, blocked)
    (command,) = wanted_of(agent)
    agent.send(event("detection.blocked", sequence=2, command_id=command["id"]))
    with scope(organisation=cast.company):
        detection = Detection.objects.get(pk=blocked["id"])
        state = scan_state(detection=detection)
        assert state is not None
        assert (state.found, state.done, state.moves) == (1, 0, True)
    finish(agent, files_scanned=1200)
    with scope(organisation=cast.company):
        state = scan_state(detection=detection)
        assert state is not None
        assert (state.found, state.done, state.files, state.moves) == (1, 1, 1200, False)


def test_page_counts_the_devices_that_have_finished(cast, agent, make_agent, blocked):
    second = make_agent(label="経理PC-03")
    client, url = cast.client(Role.OWNER), at(cast, "detection_detail", detection_id=blocked["id"])
    asked = client.post(at(cast, "detection_scan", detection_id=blocked["id"]), follow=True).content.decode()
    assert "2台中0台 調べ終わりました" in asked
    again = found(r'id="scan-state"[^>]*hx-get="([^"]+)"', asked)
    assert client.get(again, headers=HTMX).status_code == 204
    finish(agent, files_scanned=31)
    part = client.get(again, headers=HTMX).content.decode()
    assert "2台中1台 調べ終わりました" in part
    assert "いまのところ、危険なファイルは見つかっていません" in part
    finish(second, files_scanned=7)
    page = client.get(url).content.decode()
    assert "2台中2台 調べ終わりました" in page
    assert "危険なファイルは見つかりませんでした" in page
    assert found(r'(id="scan-state"[^>]*)>', page).find("hx-get") < 0
    english = cast.client(Role.OWNER, language="en").get(url).content.decode()
    assert "2 of 2 PCs have finished." in english


def test_a_device_that_could_not_says_why_and_may_be_asked_again(cast, agent, blocked):
    ask(cast, blocked)
    finish(agent, error_ja="中断されました", error_en="interrupted")
    page = cast.client(Role.MEMBER).get(at(cast, "detection_detail", detection_id=blocked["id"])).content.decode()
    assert "中断されました" in page
    assert "1 台は調べられませんでした" in page
    ask(cast, blocked)
    with scope(organisation=cast.company):
        assert ScanRequest.objects.count() == 2


def test_a_second_request_waits_for_the_first_until_it_expires(cast, agent, blocked):
    now = timezone.now()
    ask(cast, blocked, now=now)
    with pytest.raises(ScanRefused) as refused:
        ask(cast, blocked, now=now + timedelta(hours=1))
    assert refused.value.code == "under_way"
    late = now + SCAN_LIFETIME
    with scope(organisation=cast.company):
        device = Device.objects.get(pk=agent.device_id)
        scan = last_scan(device=device, now=late)
        assert scan is not None
        assert scan.stage is ScanStage.EXPIRED
    ask(cast, blocked, now=late)


@pytest.mark.parametrize(
    ("field", "value", "code"), [("revoked_at", "now", "device_revoked"), ("is_sample", 1, "sample")]
)
def test_a_device_that_cannot_answer_is_not_asked(cast, agent, field, value, code):
    with scope(organisation=cast.company):
        Device.objects.filter(pk=agent.device_id).update(**{field: timezone.now() if value == "now" else value})
        device = Device.objects.get(pk=agent.device_id)
        with pytest.raises(ScanRefused) as refused:
            ask_to_scan(actor=cast.actor(Role.OWNER), device=device)
        assert refused.value.code == code
        assert not ScanRequest.objects.exists()


def test_a_company_without_devices_is_told(cast, agent, blocked):
    with scope(organisation=cast.company):
        Device.objects.update(revoked_at=timezone.now())
    client = cast.client(Role.OWNER)
    page = client.post(at(cast, "detection_scan", detection_id=blocked["id"]), follow=True).content.decode()
    assert "調べられる端末がありません" in page


def test_one_device_from_its_own_page(cast, agent, make_agent):
    make_agent(label="ほかのPC")
    client, place = cast.client(Role.OWNER), {"device_id": agent.device_id}
    page = client.post(at(cast, "device_scan", **place), follow=True).content.decode()
    assert "端末の返事を待っています" in page
    again = found(r'id="device-now"[^>]*hx-get="([^"]+)"', page)
    assert client.get(again, headers=HTMX).status_code == 204
    finish(agent, files_scanned=5)
    part = client.get(again, headers=HTMX).content.decode()
    assert "調べたファイル 5 個" in part
    assert "<html" not in part
    with scope(organisation=cast.company):
        assert DeviceCommand.objects.count() == 1


def test_operation_wants_exactly_one_subject_and_the_permission(cast, agent):
    with scope(organisation=cast.company):
        device = Device.objects.get(pk=agent.device_id)
        with pytest.raises(TypeError):
            ask_to_scan(actor=cast.actor(Role.OWNER))
        with pytest.raises(PermissionDenied):
            ask_to_scan(actor=cast.actor(Role.MEMBER), device=device)
        assert not DeviceCommand.objects.exists()


@pytest.mark.parametrize("name", ["detection_scan", "device_scan"])
def test_members_strangers_and_other_companies_are_refused(cast, agent, make_agent, blocked, name):
    key = "detection_id" if name == "detection_scan" else "device_id"
    mine = UUID(blocked["id"]) if name == "detection_scan" else agent.device_id
    assert cast.client(Role.MEMBER).post(at(cast, name, **{key: mine})).status_code == 403
    assert cast.client(Role.OWNER).get(at(cast, name, **{key: mine})).status_code == 405
    assert Client().post(at(cast, name, **{key: mine})).status_code in {302, 403}
    other = make_agent(cast.other)
    theirs = event("detection.blocked")
    other.send(theirs)
    foreign = UUID(theirs["id"]) if name == "detection_scan" else other.device_id
    owner = cast.client(Role.OWNER)
    assert owner.post(at(cast, name, **{key: foreign})).status_code == 404
    assert owner.post(at(cast, name, **{key: uuid4()})).status_code == 404
    assert not wanted_of(other)
