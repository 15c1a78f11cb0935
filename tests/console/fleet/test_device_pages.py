"""Pages about devices, as each kind of person sees them."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from anshin.console.audit.models import AuditEntry
from anshin.console.fleet.models import Device, EnrolmentToken
from anshin.console.people.roles import Role
from tests.console.fleet.conftest import enrol, event, found

NOBODY = "00000000-0000-4000-8000-000000000000"


def at(cast, name: str, **more) -> str:
    return reverse(name, kwargs={"organisation_id": cast.company.id} | more)


def device(cast, agent) -> Device:
    with scope(organisation=cast.company):
        return Device.objects.get(id=agent.device_id)


def test_empty_list_leads_to_adding(cast):
    page = cast.client(Role.OWNER).get(at(cast, "device_list")).content.decode()
    assert "empty-never" in page
    assert at(cast, "device_add") in page
    assert at(cast, "device_add") not in cast.client(Role.MEMBER).get(at(cast, "device_list")).content.decode()


def test_list_shows_state_and_counts(cast, agent, make_agent):
    make_agent(label="受付PC")
    agent.beat()
    page = cast.client(Role.MEMBER).get(at(cast, "device_list")).content.decode()
    assert "経理PC-02" in page
    assert "受付PC" in page
    assert re.search(r"state=safe.*安心(</span>)+\s*1</a>", page)
    assert re.search(r"state=unknown.*不明(</span>)+\s*1</a>", page)
    english = cast.client(Role.MEMBER, language="en").get(at(cast, "device_list")).content.decode()
    assert "Enrolled, but not heard yet" in english


def test_filter_search_and_sort_stand_in_the_address(cast, agent, make_agent):
    make_agent(label="受付PC")
    agent.beat()
    client = cast.client(Role.OWNER)

    def names(query: str) -> list[str]:
        page = client.get(at(cast, "device_list") + query).content.decode()
        return re.findall(r'/devices/[0-9a-f-]{36}/">([^<]+)<', page)

    assert names("?state=safe") == ["経理PC-02"]
    assert names("?state=unknown") == ["受付PC"]
    assert names("?q=受付") == ["受付PC"]
    assert names("?sort=seen") == ["受付PC", "経理PC-02"]
    assert names("?sort=-seen") == ["経理PC-02", "受付PC"]
    assert names("?state=nonsense&sort=nonsense") == ["受付PC", "経理PC-02"]
    nothing = client.get(at(cast, "device_list") + "?state=urgent").content.decode()
    assert "empty-nomatch" in nothing


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_csv_is_safe_for_a_spreadsheet(cast, make_agent, sign):
    """Excel in Japanese takes the wide signs for the narrow ones."""
    make_agent(label=f"{sign}HYPERLINK(1)")
    answer = cast.client(Role.OWNER).get(at(cast, "device_list") + "?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert f"'{sign}HYPERLINK(1)" in answer.content.decode()


def test_poll_sends_only_what_changed(cast, agent):
    client = cast.client(Role.OWNER)
    page = client.get(at(cast, "device_list") + "?sort=-name").content.decode()
    again = found(r'hx-get="([^"]+)"', page)
    htmx = {"HX-Request": "true"}
    assert client.get(again, headers=htmx).status_code == 204
    agent.beat()
    part = client.get(again, headers=htmx)
    assert part.status_code == 200
    assert "<title>" not in part.content.decode()
    assert "安心" in part.content.decode()


def test_many_devices_cost_a_fixed_number_of_queries(cast, django_assert_max_num_queries):
    def add(count: int) -> None:
        with scopes_disabled():
            for number in range(count):
                Device.objects.create(organisation=cast.company, name=f"PC-{number}", public_key="A" * 44)

    client = cast.client(Role.OWNER)
    add(60)
    with django_assert_max_num_queries(20):
        page = client.get(at(cast, "device_list")).content.decode()
    assert page.count('scope="row"') == 50


def test_device_page(cast, agent):
    agent.beat()
    agent.send(event("detection.not_blocked", clock_offset_seconds=1200.0))
    page = cast.client(Role.OWNER).get(at(cast, "device_detail", device_id=agent.device_id)).content.decode()
    assert "Windows 11 23H2" in page
    assert "/home" in page
    assert "status-urgent" in page
    assert "端末の時計が5分以上ずれています" in page
    assert "請求書.pdf.exe" in page


@pytest.mark.parametrize("name", ["device_detail", "device_rename", "device_revoke"])
def test_foreign_device_is_as_if_absent(cast, make_agent, name):
    foreign = make_agent(cast.other).device_id
    client = cast.client(Role.OWNER)
    for wanted in (foreign, NOBODY):
        url = at(cast, name, device_id=wanted)
        assert client.post(url, {"name": "x"}).status_code == 404
        if name != "device_rename":
            assert client.get(url).status_code == 404
    with scope(organisation=cast.other):
        assert Device.objects.get().revoked_at is None


def test_rename(cast, agent):
    url = at(cast, "device_rename", device_id=agent.device_id)
    assert cast.client(Role.MEMBER).post(url, {"name": "x"}).status_code == 403
    assert cast.client(Role.OWNER).get(url).status_code == 405
    bad = cast.client(Role.OWNER).post(url, {"name": " "})
    assert bad.status_code == 400
    assert device(cast, agent).name == "経理PC-02"
    assert cast.client(Role.OWNER).post(url, {"name": "経理PC-03"}).status_code == 302
    assert device(cast, agent).name == "経理PC-03"
    entry = AuditEntry.objects.get(action="device.renamed")
    assert entry.data == {"from": "経理PC-02", "to": "経理PC-03"}


def test_revoke_asks_first_and_counts_once(cast, agent):
    url = at(cast, "device_revoke", device_id=agent.device_id)
    assert cast.client(Role.MEMBER).get(url).status_code == 403
    assert cast.client(Role.OWNER).get(url).status_code == 200
    assert device(cast, agent).revoked_at is None
    for _ in range(2):
        assert cast.client(Role.OWNER).post(url).status_code == 302
    assert device(cast, agent).revoked_at is not None
    assert AuditEntry.objects.filter(action="device.revoked").count() == 1
    assert "経理PC-02" not in cast.client(Role.OWNER).get(at(cast, "device_list")).content.decode()
    ended = cast.client(Role.OWNER).get(at(cast, "device_list") + "?state=revoked").content.decode()
    assert "経理PC-02" in ended


def test_adding_waits_until_the_device_is_heard(cast):
    client = cast.client(Role.OWNER)
    assert client.get(at(cast, "device_add")).status_code == 200
    page = client.post(at(cast, "device_add"), {"label": "倉庫PC"}).content.decode()
    token = found(r'id="enrolment-token"[^>]*>([^<]+)<', page)
    waiting = found(r'hx-get="([^"]+)"', page)
    assert token not in waiting
    assert "anshin agent enrol" in page
    assert token not in re.findall(r"anshin agent enrol[^\n]*", page)[0]
    with scope(organisation=cast.company):
        row = EnrolmentToken.objects.get()
        assert row.token_hash != token
        assert row.expires_at > timezone.now() + timedelta(hours=23)
    htmx = {"HX-Request": "true"}
    assert client.get(waiting, headers=htmx).status_code == 204
    answer = enrol(token)
    assert "anshin agent run" in client.get(waiting, headers=htmx).content.decode()
    with scope(organisation=cast.company):
        Device.objects.filter(id=answer.json()["device_id"]).update(last_seen_at=timezone.now())
    done = client.get(waiting, headers=htmx).content.decode()
    assert "倉庫PC" in done
    assert "hx-get" not in done
    assert token not in client.get(waiting.split("?")[0]).content.decode()


def test_adding_refused(cast, make_agent):
    assert cast.client(Role.MEMBER).get(at(cast, "device_add")).status_code == 403
    assert cast.client(Role.OWNER).post(at(cast, "device_add"), {"label": "x" * 300}).status_code == 400
    make_agent(cast.other)
    with scope(organisation=cast.other):
        foreign = EnrolmentToken.objects.get().id
    for wanted in (foreign, NOBODY):
        assert cast.client(Role.OWNER).get(at(cast, "device_waiting", enrolment_id=wanted)).status_code == 404
