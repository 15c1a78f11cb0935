"""The pages of the cases, as people of each role and of another company meet them."""

import csv
import io
import json
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from django_scopes import scope, scopes_disabled

from anshin.console.audit import append_only
from anshin.console.cases import operations
from anshin.console.cases.models import CaseNote, Incident
from anshin.console.people.roles import Role
from tests.console.cases.conftest import later


def url(name, case, company=None, **more):
    return reverse(name, kwargs={"organisation_id": (company or case.organisation).id, "incident_id": case.id, **more})


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.fixture
def case(desk):
    return desk.case()


def first(case, what):
    with scope(organisation=case.organisation):
        return getattr(case, what).first()


def test_room_shows_first_step_facts_evidence_and_timeline(cast, case):
    page = text_of(cast.client(Role.OWNER).get(url("case_room", case)))
    step = first(case, "steps").document
    for expected in (
        "2026-0001",
        "危険なファイルを止めました",
        step["title"]["ja"],
        step["what"]["ja"],
        step["do_not"]["ja"],
        step["source"]["title"]["ja"],
        "C:\\Users\\経理\\Downloads\\請求書.pdf.exe",
        "98%",
        first(case, "evidence").sha256[:16],
        cast.provider.desk_phone,
    ):
        assert expected in page, expected
    # only the first step is unfolded
    assert page.count('aria-current="step"') == 1
    assert page.count("<h3>") == 1


def test_room_in_english(cast, case):
    page = text_of(cast.client(Role.OWNER, language="en").get(url("case_room", case)))
    assert "A dangerous file was stopped" in page
    assert "Ask the person at that PC what they did" in page
    assert "What to do now: 3 steps left" in page


def test_owner_ticks_one_step_after_another_without_javascript(cast, case):
    client = cast.client(Role.OWNER)
    with scope(organisation=case.organisation):
        steps = list(case.steps.all())
    for left, step in zip((2, 1, 0), steps, strict=True):
        answer = client.post(url("case_step", case, step_id=step.id), follow=True)
        assert answer.redirect_chain == [(url("case_room", case), 302)]
        assert answer.context["steps_left"] == left
    page = text_of(client.post(url("case_step", case, step_id=steps[0].id), {"undo": "1"}, follow=True))
    assert steps[0].document["what"]["ja"] in page


def test_note_is_shown_as_written_and_escaped(cast, case):
    client = cast.client(Role.MEMBER)
    page = client.post(url("case_note", case), {"text": "<b>9:40</b>\n電話した"}, follow=True).content.decode()
    assert "&lt;b&gt;9:40&lt;/b&gt;<br>電話した" in page


def test_empty_note_comes_back_with_a_sentence(cast, case):
    answer = cast.client(Role.OWNER).post(url("case_note", case), {"text": " "})
    assert answer.status_code == 422
    assert answer.context["note_form"].errors["text"]
    assert first(case, "notes").code == "opened"


def test_hand_over_asks_first_and_says_it_is_free(cast, case):
    client = cast.client(Role.OWNER)
    asked = text_of(client.get(url("case_hand_over", case)))
    assert "無料" in asked
    with scopes_disabled():
        assert Incident.objects.get().state == "open"
    page = text_of(client.post(url("case_hand_over", case), follow=True))
    assert "相談窓口" in page
    with scopes_disabled():
        assert Incident.objects.get().state == "with_desk"


def test_analyst_takes_and_closes_owner_reopens(cast, case):
    analyst, owner = cast.client(Role.ANALYST), cast.client(Role.OWNER)
    owner.post(url("case_hand_over", case))
    room = text_of(owner.get(url("case_room", case)))
    assert url("case_take", case) not in room
    assert url("case_close", case) not in room
    room = text_of(analyst.get(url("case_room", case)))
    assert url("case_take", case) in room
    analyst.post(url("case_take", case), {"instead_of": ""})
    assert url("case_take", case) not in text_of(analyst.get(url("case_room", case)))
    refused = analyst.post(url("case_close", case), {"reason": "無"})
    assert refused.status_code == 422
    assert 'id="close_reason"' in refused.content.decode()
    page = text_of(analyst.post(url("case_close", case), {"reason": "無害な見積書でした"}, follow=True))
    assert "無害な見積書でした" in page
    assert owner.post(url("case_reopen", case), {"reason": ""}).status_code == 422
    assert owner.post(url("case_reopen", case), {"reason": "また届きました"}, follow=True).status_code == 200
    with scopes_disabled():
        assert Incident.objects.get().state == "open"


def test_conflict_is_told_on_the_room(cast, case):
    analyst = cast.client(Role.ANALYST)
    cast.client(Role.ADMINISTRATOR).post(url("case_take", case), {"instead_of": ""})
    page = text_of(analyst.post(url("case_take", case), {"instead_of": ""}, follow=True))
    assert cast.actor(Role.ADMINISTRATOR).name in page
    with scopes_disabled():
        assert Incident.objects.get().taken_by_name == cast.actor(Role.ADMINISTRATOR).name


def test_evidence_page_writes_custody_and_exports(cast, case):
    client, piece = cast.client(Role.OWNER), first(case, "evidence")
    page = text_of(client.get(url("case_evidence", case, evidence_id=piece.id)))
    assert piece.sha256 in page
    export = url("case_evidence_export", case, evidence_id=piece.id)
    assert client.post(export, {"reason": " "}).status_code == 422
    answer = client.post(export, {"reason": "保険会社へ渡す"})
    assert answer["Content-Disposition"] == f'attachment; filename="evidence-2026-0001-{piece.sha256[:12]}.json"'
    assert answer["X-Anshin-Evidence-SHA256"] == piece.sha256
    bundle = json.loads(answer.content)
    assert [e["content"]["action"] for e in bundle["custody"]] == ["collect", "seal", "view", "view", "export"]
    assert client.get(export).status_code == 405


def test_check_says_whole_or_where_it_breaks(cast, case):
    client = cast.client(Role.OWNER)
    assert "欠けていません" in text_of(client.post(url("case_verify", case), follow=True))
    append_only.remove(connection, append_only.TABLES)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_custodyevent SET reason = 'x' WHERE sequence = 2")
    append_only.install(connection, append_only.TABLES)
    assert "2 番目" in text_of(client.post(url("case_verify", case), follow=True))


@pytest.mark.parametrize("role", [Role.UNDERWRITER, Role.CLAIMS_HANDLER])
def test_readers_see_the_room_but_neither_buttons_nor_evidence(cast, case, role):
    client, piece = cast.client(role), first(case, "evidence")
    page = text_of(client.get(url("case_room", case)))
    for name in ("case_hand_over", "case_note", "case_take", "case_close"):
        assert url(name, case) not in page
    assert client.get(url("case_evidence", case, evidence_id=piece.id)).status_code == 403
    assert first(case, "custody").incident.custody_count == 2


WAYS = [
    ("get", "case_room", Role.CURATOR),
    ("post", "case_step", Role.UNDERWRITER),
    ("post", "case_note", Role.UNDERWRITER),
    ("post", "case_hand_over", Role.UNDERWRITER),
    ("get", "case_hand_over", Role.UNDERWRITER),
    ("post", "case_take", Role.OWNER),
    ("post", "case_close", Role.OWNER),
    ("post", "case_reopen", Role.CLAIMS_HANDLER),
    ("post", "case_verify", Role.CURATOR),
    ("get", "case_evidence", Role.UNDERWRITER),
    ("post", "case_evidence_export", Role.UNDERWRITER),
]


def arguments(name, case):
    return {
        **({"step_id": first(case, "steps").id} if name == "case_step" else {}),
        **({"evidence_id": first(case, "evidence").id} if "evidence" in name else {}),
    }


@pytest.mark.parametrize(("method", "name", "role"), WAYS)
def test_each_way_is_closed_to_a_role_without_the_right(cast, case, method, name, role):
    target = url(name, case, **arguments(name, case))
    data = {"text": "a note", "reason": "a reason"}
    assert getattr(cast.client(role), method)(target, data).status_code == 403
    assert getattr(cast.client(Role.ADMINISTRATOR), method)(target, data).status_code in {200, 302}


def nameless(page):
    """Cut out what differs on every request: its id, and the CSRF token."""
    return re.sub(r'[0-9a-f]{16}|csrfmiddlewaretoken" value="[^"]*"|[0-9a-f-]{36}', "", page.content.decode())


@pytest.mark.parametrize(("method", "name", "_role"), WAYS)
def test_case_of_another_company_is_exactly_as_if_absent(cast, desk, case, method, name, _role):
    theirs = desk.case(cast.other)
    client = cast.client(Role.ADMINISTRATOR)
    absent = Incident(id=uuid4())
    foreign = getattr(client, method)(url(name, theirs, cast.company, **arguments(name, theirs)))
    nobodys = getattr(client, method)(url(name, absent, cast.company, **{k: uuid4() for k in arguments(name, case)}))
    assert foreign.status_code == nobodys.status_code == 404
    assert nameless(foreign) == nameless(nobodys)
    with scope(organisation=cast.other):
        assert operations.verify_case(incident=theirs).custody == 2


@pytest.mark.parametrize(("name", "key"), [("case_step", "step_id"), ("case_evidence", "evidence_id")])
def test_part_of_another_case_is_absent(cast, desk, case, name, key):
    other = desk.case()
    part = first(other, "steps" if key == "step_id" else "evidence")
    client = cast.client(Role.OWNER)
    method = client.post if key == "step_id" else client.get
    assert method(url(name, case, **{key: part.id})).status_code == 404
    assert method(url(name, other, **{key: part.id})).status_code in {200, 302}


def list_url(cast):
    return reverse("case_list", args=[cast.company.id])


def test_list_filters_by_address(cast, desk):
    opened, handed, closed = desk.case(), desk.case(device="受付PC-01"), desk.case()
    with scope(organisation=cast.company):
        operations.hand_to_desk(actor=cast.actor(Role.OWNER), incident=handed)
        operations.close(actor=cast.actor(Role.ANALYST), incident=closed, reason="done with")
    client = cast.client(Role.OWNER)

    def numbers(query):
        return {row["case"].number for row in client.get(list_url(cast) + query).context["rows"]}

    assert numbers("") == {opened.number, handed.number}
    assert numbers("?state=open") == {opened.number}
    assert numbers("?state=with_desk") == {handed.number}
    assert numbers("?state=closed") == {closed.number}
    assert numbers("?state=all&q=受付") == {handed.number}
    assert numbers("?state=nonsense&sort=nonsense&page=99") == {opened.number, handed.number}
    ordered = client.get(list_url(cast) + "?state=all&sort=number").context["rows"]
    assert [row["case"].number for row in ordered] == [opened.number, handed.number, closed.number]


def test_list_as_csv_starts_with_a_mark_and_disarms_formulas(cast, desk):
    desk.case(name="=cmd.exe")
    answer = cast.client(Role.OWNER).get(list_url(cast) + "?format=csv&state=all")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    body = answer.content.decode()
    assert body.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(body[1:])))
    assert rows[1][0] == "2026-0001"
    assert rows[1][4] == "'=cmd.exe"


def test_each_empty_list_says_which_kind_it_is(cast, desk):
    client = cast.client(Role.OWNER)
    assert "empty-never" in text_of(client.get(list_url(cast)))
    case = desk.case()
    assert "empty-nomatch" in text_of(client.get(list_url(cast) + "?q=nothing-like-it"))
    with scope(organisation=cast.company):
        operations.close(actor=cast.actor(Role.ANALYST), incident=case, reason="done with")
    assert "empty-cleared" in text_of(client.get(list_url(cast)))


def test_summaries_count_in_one_query(cast, desk, django_assert_num_queries):
    handed = desk.case()
    desk.case()
    with scope(organisation=cast.company):
        operations.hand_to_desk(actor=cast.actor(Role.OWNER), incident=handed)
    with django_assert_num_queries(1):
        found = operations.summaries([cast.company, cast.other])
    assert found == {
        cast.company.id: operations.CaseSummary(open=2, with_desk=1),
        cast.other.id: operations.CaseSummary(),
    }


def test_room_needs_few_queries_however_much_happened(cast, case, django_assert_max_num_queries):
    with scope(organisation=case.organisation):
        for number in range(30):
            operations.add_note(actor=cast.actor(Role.OWNER), incident=case, text=f"note {number}")
    client = cast.client(Role.OWNER)
    client.get(url("case_room", case))
    with django_assert_max_num_queries(25):
        assert client.get(url("case_room", case)).status_code == 200


class TestQueue:
    """The desk's queue over all companies of one provider."""

    def hand(self, cast, case, **when):
        with scope(organisation=case.organisation):
            operations.hand_to_desk(actor=cast.actor(Role.OWNER, case.organisation), incident=case, now=later(**when))

    def test_oldest_first_over_all_companies(self, cast, desk):
        second, first_in, waiting = desk.case(), desk.case(cast.other), desk.case()
        self.hand(cast, second, hours=2)
        self.hand(cast, first_in, hours=1)
        found = operations.desk_queue(actor=actor_on_provider(cast, Role.ANALYST))
        assert [c.id for c in found] == [first_in.id, second.id]
        assert waiting.id not in {c.id for c in found}

    def test_other_providers_cases_are_not_there(self, cast, desk):
        from anshin.console.people.models import Organisation

        elsewhere = Organisation.objects.create(kind="provider", name="他の事業者")
        strange = Organisation.objects.create(kind="customer", name="他社", provider=elsewhere)
        foreign = desk.case(strange)
        with scopes_disabled():
            Incident.objects.filter(id=foreign.id).update(state="with_desk", handed_at=later(hours=0))
        assert operations.desk_queue(actor=actor_on_provider(cast, Role.ANALYST)) == []

    @pytest.mark.parametrize("role", [Role.UNDERWRITER, Role.CURATOR, Role.CLAIMS_HANDLER])
    def test_only_the_desk_sees_it(self, cast, role):
        from django.core.exceptions import PermissionDenied

        with pytest.raises(PermissionDenied):
            operations.desk_queue(actor=actor_on_provider(cast, role))


def actor_on_provider(cast, role):
    from anshin.console.people.access import actor_for

    return actor_for(cast.user(cast.provider, role), cast.provider.id)


def test_system_notes_have_words_in_both_languages():
    from django.utils import translation

    from anshin.console.cases.wording import NOTES, note_sentence

    for code in NOTES:
        note = CaseNote(code=code, data={"step_ja": "手順", "step_en": "step", "reason": "r", "by": "b", "device": "d"})
        with translation.override("ja"):
            japanese = note_sentence(note, "ja")
        with translation.override("en"):
            english = note_sentence(note, "en")
        assert japanese != english
        assert "%" not in japanese + english


def test_queue_page_leads_into_the_customers_room(cast, desk):
    case = desk.case(cast.other)
    where = reverse("desk_queue", args=[cast.provider.id])
    analyst = cast.client(Role.ANALYST)
    assert "empty-cleared" in text_of(analyst.get(where))
    with scope(organisation=cast.other):
        operations.hand_to_desk(actor=cast.actor(Role.OWNER, cast.other), incident=case)
    page = text_of(analyst.get(where))
    assert cast.other.name in page
    assert url("case_room", case) in page
    assert analyst.get(url("case_room", case)).status_code == 200


@pytest.mark.parametrize(("role", "status"), [(Role.UNDERWRITER, 403), (Role.OWNER, 404), (Role.MEMBER, 404)])
def test_queue_page_is_the_desks_alone(cast, role, status):
    assert cast.client(role).get(reverse("desk_queue", args=[cast.provider.id])).status_code == status


def test_queue_of_a_customer_is_empty(cast, desk):
    case = desk.case()
    with scope(organisation=cast.company):
        operations.hand_to_desk(actor=cast.actor(Role.OWNER), incident=case)
    page = cast.client(Role.ANALYST).get(reverse("desk_queue", args=[cast.company.id]))
    assert page.context["rows"] == []
