"""The question screens and the finish: nothing is lost, everything wrong is said."""

from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.forms import number
from anshin.console.diagnosis.models import Diagnosis, Draft, Questionnaire
from anshin.console.fleet.models import Device
from anshin.console.people.roles import Role
from anshin.risk.questionnaire.questions import questionnaire
from tests.console.belongings import agent_of
from tests.console.diagnosis.conftest import answers

IDS = [one.id for one in questionnaire().questions]


def url(cast, name: str, *args: object) -> str:
    return reverse(name, args=[cast.company.id, *args])


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("question", IDS)
def test_every_question_has_a_screen(cast, question, language):
    page = cast.client(Role.MEMBER, language=language).get(url(cast, "diagnosis_question", question))
    assert page.status_code == 200
    assert questionnaire().by_id()[question].title.text(language) in unescape(page.content.decode())


def test_an_answer_is_kept_and_leads_on(cast):
    client = cast.client(Role.MEMBER)
    answer = client.post(url(cast, "diagnosis_question", "employees"), {"value": "１，２００ 人"})
    assert answer["Location"] == url(cast, "diagnosis_question", "sector")
    with scope(organisation=cast.company):
        assert operations.draft_of() == {"employees": 1200}
    again = client.get(url(cast, "diagnosis_question", "employees")).content.decode()
    assert 'value="1200"' in again


@pytest.mark.parametrize(
    ("question", "data", "kept"),
    [
        ("employees", {"mark": "unknown"}, "unknown"),
        ("sector", {"value": "food"}, "food"),
        ("data_kinds", {"value": ["contact", "cards"]}, ["contact", "cards"]),
        ("data_kinds", {"value": "unknown"}, "unknown"),
        ("protection", {"value": "partly"}, "partly"),
        ("training", {"value": "2026-04"}, "2026-04"),
        ("training", {"mark": "never"}, "never"),
        ("sales", {"value": "8億6000万円"}, 860_000_000),
    ],
)
def test_each_kind_of_answer(cast, question, data, kept):
    assert cast.client(Role.OWNER).post(url(cast, "diagnosis_question", question), data).status_code == 302
    with scope(organisation=cast.company):
        assert operations.draft_of() == {question: kept}


@pytest.mark.parametrize(
    ("question", "data", "said"),
    [
        ("employees", {"value": "0"}, "1 以上"),
        ("employees", {"value": "たくさん"}, "数字で答えてください"),
        ("employees", {"value": "-5"}, "1 以上"),
        ("employees", {"value": "1000000000"}, "けたと単位"),
        ("employees", {}, "わからない"),
        ("employees", {"value": "5", "mark": "unknown"}, "どちらか一方"),
        ("sector", {"value": "piracy"}, "選択肢にありません"),
        ("data_kinds", {"value": ["none", "cards"]}, "一緒には選べません"),
        ("training", {"value": "2999-01"}, "先です"),
    ],
)
def test_a_bad_answer_comes_back_with_what_was_typed(cast, question, data, said):
    page = cast.client(Role.OWNER).post(url(cast, "diagnosis_question", question), data)
    assert page.status_code == 422
    text = page.content.decode()
    assert said in text
    assert f"「{question}」" not in text
    typed = data.get("value", [])
    assert all(one in text for one in ([typed] if isinstance(typed, str) else typed))
    with scope(organisation=cast.company):
        assert operations.draft_of() == {}


def test_back_without_an_answer_goes_back(cast):
    answer = cast.client(Role.OWNER).post(url(cast, "diagnosis_question", "sector"), {"back": "1"})
    assert answer["Location"] == url(cast, "diagnosis_question", "employees")


def test_unknown_question_is_absent(cast):
    assert cast.client(Role.OWNER).get(url(cast, "diagnosis_question", "shoe-size")).status_code == 404


def test_finish_says_what_is_missing_and_keeps_everything(cast):
    client = cast.client(Role.OWNER)
    client.post(url(cast, "diagnosis_question", "employees"), {"value": "12"})
    page = client.post(url(cast, "diagnosis_finish"))
    assert page.status_code == 422
    assert page.content.decode().count("回答がありません") == len(IDS) - 1
    with scope(organisation=cast.company):
        assert operations.draft_of() == {"employees": 12}
        assert not Questionnaire.objects.exists()


def test_finish_says_contradictions(cast):
    client, actor = cast.client(Role.OWNER), cast.actor(Role.OWNER)
    with scope(organisation=cast.company):
        operations.answer(actor=actor, values={**answers(), "persons": 0})
    page = client.post(url(cast, "diagnosis_finish"))
    assert page.status_code == 422
    assert "どちらかを直してください" in page.content.decode()
    assert "health_check" not in page.content.decode()


def test_finish_makes_versions(cast):
    client, actor = cast.client(Role.OWNER), cast.actor(Role.OWNER)
    with scope(organisation=cast.company):
        operations.answer(actor=actor, values=answers())
    first = client.post(url(cast, "diagnosis_finish"))
    with scope(organisation=cast.company):
        diagnosis = Diagnosis.objects.get()
        assert first["Location"] == url(cast, "diagnosis_result", diagnosis.id)
        assert diagnosis.state == "waiting"
        operations.answer(actor=actor, values={"employees": 50})
        client.post(url(cast, "diagnosis_finish"))
        assert [(q.version, q.answers["employees"]) for q in Questionnaire.objects.all()] == [(2, 50), (1, 48)]
        assert Draft.objects.get().answers["employees"] == 50


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,200", 1200),
        ("１２", 12),
        ("3.5億", 350_000_000),
        ("20万", 200_000),
        ("28.5", 28.5),
        ("12 台", 12),
        ("x", "x"),
        ("", ""),
    ],
)
def test_numbers_as_people_write_them(text, value):
    assert number(text) == value


def test_summary_says_what_each_answer_rests_on(cast):
    agent_of(cast, cast.company, "経理PC-02")
    with scope(organisation=cast.company):
        Device.objects.update(last_seen_at=timezone.now())
        operations.answer(
            actor=cast.actor(Role.OWNER), values={"computers": "unknown", "employees": 5, "logs": "unknown"}
        )
    page = unescape(cast.client(Role.OWNER).get(url(cast, "diagnosis_questions")).content.decode())
    rows = {
        name: page.split(questionnaire().by_id()[name].ja)[1].split("</tr>")[0]
        for name in ("computers", "employees", "logs")
    }
    assert "測定" in rows["computers"]
    assert "エージェントが動いている機械の数: 1" in rows["computers"]
    assert ">回答\n" in rows["employees"] or "回答</td>" in rows["employees"]
    assert "仮定" in rows["logs"]


def test_measured_value_is_filled_in_with_its_date(cast):
    agent_of(cast, cast.company, "経理PC-02")
    with scope(organisation=cast.company):
        Device.objects.update(last_seen_at=timezone.now())
    page = cast.client(Role.OWNER).get(url(cast, "diagnosis_question", "computers")).content.decode()
    assert 'value="1"' in page
    assert "測定）" in page
    with scope(organisation=cast.company):
        assert operations.draft_of() == {}
