"""Pages about detections: reading, handling, restoring."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope

from anshin.console.audit.models import AuditEntry
from anshin.console.fleet.models import Detection, DeviceCommand, QuarantineItem
from anshin.console.people.roles import Role
from tests.console.fleet.conftest import event, found, verdict

NOBODY = "00000000-0000-4000-8000-000000000000"
HTMX = {"HX-Request": "true"}


def at(cast, name: str, **more) -> str:
    return reverse(name, kwargs={"organisation_id": cast.company.id} | more)


@pytest.fixture
def blocked(agent) -> dict[str, Any]:
    """A blocked file of the first company."""
    document = event("detection.blocked")
    assert agent.send(document).status_code == 200
    return document


def test_list_filters_and_csv(cast, agent, blocked):
    agent.send(event("detection.suspicious", sequence=2, path="/home/a/macro.docm"))
    client = cast.client(Role.MEMBER)
    url = at(cast, "detection_list")

    def names(query: str) -> list[str]:
        page = client.get(url + query).content.decode()
        return re.findall(r'/detections/[0-9a-f-]{36}/">([^<]+)<', page)

    assert sorted(names("")) == ["macro.docm", "請求書.pdf.exe"]
    assert names("?outcome=suspicious") == ["macro.docm"]
    assert names("?q=macro") == ["macro.docm"]
    assert names("?q=mac%00ro") == ["macro.docm"]  # PostgreSQL takes no NUL
    assert len(names("?q=" + "a" * 64)) == 2
    assert names("?sort=file") == ["macro.docm", "請求書.pdf.exe"]
    assert names(f"?device={NOBODY.replace('0000', '1111')}&device=bad") != []
    assert len(names(f"?device={agent.device_id}&handled=no")) == 2
    assert "empty-nomatch" in client.get(url + "?handled=yes").content.decode()
    sheet = client.get(url + "?format=csv&outcome=blocked").content.decode()
    assert "請求書.pdf.exe" in sheet
    assert "macro.docm" not in sheet


def test_empty_list(cast):
    assert "empty-never" in cast.client(Role.MEMBER).get(at(cast, "detection_list")).content.decode()


def test_recent_part_shows_a_new_detection(cast, agent):
    client = cast.client(Role.MEMBER)
    part = client.get(at(cast, "detection_recent")).content.decode()
    again = found(r'hx-get="([^"]+)"', part)
    assert client.get(again).status_code == 204
    agent.send(event("detection.blocked"))
    fresh = client.get(again)
    assert fresh.status_code == 200
    assert "請求書.pdf.exe" in fresh.content.decode()


@pytest.mark.parametrize(
    ("kind", "ja", "en"),
    [
        ("detection.blocked", "危険なファイルを止めました", "A dangerous file was stopped"),
        ("detection.not_blocked", "危険なファイルが残っています", "A dangerous file is still in place"),
        ("detection.suspicious", "疑わしいファイルが見つかりました", "A suspicious file was found"),
    ],
)
def test_detection_says_what_happened_in_both_languages(cast, agent, kind, ja, en):
    document = event(kind)
    agent.send(document)
    url = at(cast, "detection_detail", detection_id=document["id"])
    japanese = cast.client(Role.MEMBER).get(url).content.decode()
    english = cast.client(Role.MEMBER, language="en").get(url).content.decode()
    assert ja in japanese
    assert "名前を偽っています" in japanese
    assert cast.provider.desk_phone in japanese
    assert en in english
    assert cast.provider.name_en in english
    assert "It pretends to be a PDF" in english
    assert "T1036.007" in english


def test_detection_shows_members_and_other_devices(cast, agent, make_agent):
    inside = verdict(name="a.zip", children=[verdict(name="b.zip", children=[verdict(name="<b>.exe")])])
    document = event("detection.not_blocked", verdict=inside, error_ja="権限がありません", error_en="no rights")
    agent.send(document)
    make_agent().send(event("detection.blocked"))
    make_agent(cast.other).send(event("detection.blocked"))
    url = at(cast, "detection_detail", detection_id=document["id"])
    page = cast.client(Role.MEMBER).get(url).content.decode()
    assert "&lt;b&gt;.exe" in page
    assert "ほかの 1 台で見つかっています" in page
    assert "権限がありません" in page
    assert "hash_list" not in page


def test_what_holds_for_many_files_inside_is_said_once(cast, agent):
    reason = verdict()["reasons"][0]
    inside = [{**reason, "place": {"member": f"{n}.exe", "offset": 0, "detail": ""}} for n in range(3)]
    shut = {"code": "encrypted", "ja": "鍵つきです。", "en": "Locked."}
    gaps = [{**shut, "place": {"member": name, "offset": None, "detail": ""}} for name in ("x.docx", "y.docx")]
    document = event("detection.blocked", verdict=verdict(name="a.zip", reasons=inside, gaps=gaps))
    agent.send(document)
    url = at(cast, "detection_detail", detection_id=document["id"])
    page = cast.client(Role.MEMBER).get(url).content.decode()
    assert page.count(reason["ja"]) == 1
    assert "（3 か所）" in page
    assert page.count("鍵つきです。") == 1
    assert "（2 か所）" in page
    for place in ("0.exe", "1.exe", "2.exe", "encrypted: x.docx", "encrypted: y.docx"):
        assert place in page
    assert "(in 3 places)" in cast.client(Role.MEMBER, language="en").get(url).content.decode()


@pytest.mark.parametrize(
    "name", ["detection_detail", "detection_restore", "detection_restore_state", "detection_handled"]
)
def test_foreign_detection_is_as_if_absent(cast, make_agent, name):
    document = event("detection.blocked")
    make_agent(cast.other).send(document)
    client = cast.client(Role.OWNER)
    for wanted in (document["id"], NOBODY):
        url = at(cast, name, detection_id=wanted)
        answer = client.post(url, {"reason": "これは安全です"}) if "handled" in name else client.get(url)
        assert answer.status_code == 404
    assert client.post(at(cast, "detection_restore", detection_id=document["id"])).status_code == 404
    with scope(organisation=cast.other):
        assert not DeviceCommand.objects.exists()
        assert Detection.objects.get().handled_at is None


def test_handled(cast, blocked):
    url = at(cast, "detection_handled", detection_id=blocked["id"])
    assert cast.client(Role.MEMBER).post(url).status_code == 403
    assert cast.client(Role.OWNER).get(url).status_code == 405
    for _ in range(2):
        assert cast.client(Role.OWNER).post(url).status_code == 302
    with scope(organisation=cast.company):
        detection = Detection.objects.get()
        assert detection.handled_by_name == str(cast.user(cast.company, Role.OWNER))
    assert AuditEntry.objects.filter(action="detection.handled").count() == 1


def test_restore_needs_the_right_and_a_reason(cast, blocked):
    url = at(cast, "detection_restore", detection_id=blocked["id"])
    assert cast.client(Role.MEMBER).get(url).status_code == 403
    assert cast.client(Role.MEMBER).post(url, {"reason": "これは安全です"}).status_code == 403
    owner = cast.client(Role.OWNER)
    assert "乗っ取られ" in owner.get(url).content.decode()
    for reason in ("", "    ", "abcd"):
        assert owner.post(url, {"reason": reason}).status_code == 400
    with scope(organisation=cast.company):
        assert not DeviceCommand.objects.exists()


def test_restore_is_followed_live(cast, agent, blocked):
    owner = cast.client(Role.OWNER)
    url = at(cast, "detection_restore", detection_id=blocked["id"])
    assert owner.post(url, {"reason": "取引先の正しい見積もりです"}).status_code == 302
    again = owner.post(url, {"reason": "取引先の正しい見積もりです"})
    assert again.status_code == 409
    page = owner.get(at(cast, "detection_detail", detection_id=blocked["id"])).content.decode()
    assert "端末の返事を待っています" in page
    poll = found(r'hx-get="([^"]+)"', page)
    assert owner.get(poll, headers=HTMX).status_code == 204
    command = agent.beat().json()["commands"][0]
    assert "端末が依頼を受け取り" in owner.get(poll, headers=HTMX).content.decode()
    agent.send(event("quarantine.restored", sequence=2, command_id=command["id"], quarantine=blocked["quarantine"]))
    done = owner.get(poll, headers=HTMX).content.decode()
    assert "元の場所に戻しました" in done
    assert "hx-get" not in done
    entry = AuditEntry.objects.get(action="quarantine.restore")
    assert entry.data["reason"] == "取引先の正しい見積もりです"
    assert owner.post(url, {"reason": "もう一度お願いします"}).status_code == 409


def test_restore_that_expired_may_be_asked_again(cast, agent, blocked):
    owner = cast.client(Role.OWNER)
    url = at(cast, "detection_restore", detection_id=blocked["id"])
    owner.post(url, {"reason": "取引先の正しい見積もりです"})
    with scope(organisation=cast.company):
        DeviceCommand.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert agent.beat().json()["commands"] == []
    page = owner.get(at(cast, "detection_detail", detection_id=blocked["id"])).content.decode()
    assert "24時間のあいだ" in page
    assert owner.post(url, {"reason": "もう一度お願いします"}).status_code == 302
    with scope(organisation=cast.company):
        assert DeviceCommand.objects.count() == 2
        assert QuarantineItem.objects.get().reason == "もう一度お願いします"


def test_nothing_to_restore(cast, agent):
    document = event("detection.suspicious")
    agent.send(document)
    url = at(cast, "detection_restore", detection_id=document["id"])
    assert cast.client(Role.OWNER).post(url, {"reason": "これは安全です"}).status_code == 409


def test_revoked_device_takes_no_restore(cast, agent, blocked):
    cast.client(Role.OWNER).post(at(cast, "device_revoke", device_id=agent.device_id))
    url = at(cast, "detection_restore", detection_id=blocked["id"])
    assert cast.client(Role.OWNER).post(url, {"reason": "これは安全です"}).status_code == 409


def test_detection_leads_to_its_case(cast, agent, blocked):
    from anshin.console.loop.operations import deliver_waiting

    assert deliver_waiting() == 1
    page = cast.client(Role.OWNER).get(at(cast, "detection_detail", detection_id=blocked["id"])).content.decode()
    room = found(r'href="([^"]+/cases/[0-9a-f-]{36}/)"', page)
    assert cast.client(Role.OWNER).get(room).status_code == 200


def test_a_reason_that_is_too_short_is_refused_in_plain_words(cast, blocked):
    client = cast.client(Role.OWNER)
    url = at(cast, "detection_restore", detection_id=blocked["id"])
    assert "5文字以上で入力してください（いま2文字です）。" in client.post(url, {"reason": "短い"}).content.decode()
    assert "入力してください。" in client.post(url, {"reason": ""}).content.decode()


def test_the_place_in_the_file_is_told_in_the_reader_s_language(cast, agent):
    where = {"member": "inner.docm", "offset": 70, "detail": "stream Macros/VBA, line 3"}
    reasons = [{**verdict()["reasons"][0], "place": where}]
    document = event("detection.blocked", verdict=verdict(reasons=reasons))
    agent.send(document)
    url = at(cast, "detection_detail", detection_id=document["id"])
    japanese = cast.client(Role.MEMBER).get(url).content.decode()
    english = cast.client(Role.MEMBER, language="en").get(url).content.decode()
    assert "inner.docm, バイト目 70, ストリーム Macros/VBA, 行 3" in japanese
    assert "inner.docm, byte 70, stream Macros/VBA, line 3" in english
