"""The report: every part of it, in both languages; its tables, its trials, and what there is without a result."""

import csv
import io
import json
from html import unescape

import pytest
from django.urls import reverse
from django_scopes import scope

from anshin.console.diagnosis import operations
from anshin.console.diagnosis.models import Calculation, Diagnosis, Trial
from anshin.console.diagnosis.tables import TABLES
from anshin.console.people.roles import Role
from anshin.risk.document import LossResult
from anshin.risk.report import build
from anshin.risk.report.amounts import exact
from tests.console.diagnosis.conftest import answers, days_ago, diagnosed, done, result_document


def url(cast, name: str, *args: object) -> str:
    return reverse(name, args=[cast.company.id, *args])


@pytest.fixture
def ids(cast):
    with scope(organisation=cast.company):
        return diagnosed(cast.actor(Role.OWNER))


def words(page) -> str:
    return unescape(page.content.decode())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_report_says_everything(cast, ids, language):
    page = cast.client(Role.MEMBER, language=language).get(url(cast, "diagnosis"))
    text, result = words(page), LossResult.model_validate(result_document())
    name = cast.company.name_en if language == "en" else cast.company.name
    report = build(result.model_copy(update={"company": name}), language)
    assert report.headline in text
    for action in report.actions:
        assert action.title in text
        assert action.effect in text
    for need in report.needs:
        assert need.reason in text
    for sentence in (*report.sentences, *report.plan, *report.covers[0].sentences, report.needs_sum):
        assert sentence in text
    total = result.total
    for amount in (total.typical_loss_year, total.one_in_10.value, total.one_in_100.value, result.like_firms.one_in_10):
        assert exact(amount, language) in text
    assert text.count("<polyline") >= 4
    for control in result.controls:
        assert (control.title.text(language) in text) == (control.state != "not_applicable")
    for scenario in result.scenarios:
        assert scenario.title.text(language) in text
    for one in result.assumptions:
        assert one.title.text(language) in text
        assert one.source in text


def test_every_role_of_the_provider_that_may_look_sees_it(cast, ids):
    assert cast.client(Role.UNDERWRITER).get(url(cast, "diagnosis")).status_code == 200
    text = words(cast.client(Role.UNDERWRITER).get(url(cast, "diagnosis")))
    assert "回答を見る・変える" not in text
    assert cast.client(Role.CURATOR).get(url(cast, "diagnosis")).status_code == 403


def test_without_anything_it_says_what_will_stand_here(cast):
    text = words(cast.client(Role.OWNER).get(url(cast, "diagnosis")))
    assert "まだ診断していません" in text
    assert url(cast, "diagnosis_question", "employees") in text


def test_unfinished_questions_are_gone_on_with(cast):
    with scope(organisation=cast.company):
        operations.answer(actor=cast.actor(Role.OWNER), values={"employees": 3})
    text = words(cast.client(Role.OWNER).get(url(cast, "diagnosis")))
    assert url(cast, "diagnosis_question", "sector") in text
    assert "25問のうち1問" in text


def test_calculating_page_may_be_left(cast):
    with scope(organisation=cast.company):
        diagnosis = operations.finish_document(actor=cast.actor(Role.OWNER), answers=answers()).diagnosis
    client = cast.client(Role.OWNER)
    assert "計算の順番を待っています" in words(client.get(url(cast, "diagnosis"), follow=True))
    asked = client.get(url(cast, "diagnosis_wait", diagnosis.id), headers={"HX-Request": "true"})
    assert "計算の順番を待っています" in words(asked)
    with scope(organisation=cast.company):
        done(diagnosis)
    there = client.get(url(cast, "diagnosis_wait", diagnosis.id), headers={"HX-Request": "true"})
    assert there["HX-Redirect"] == url(cast, "diagnosis_result", diagnosis.id)


def test_failed_calculation_says_why(cast):
    with scope(organisation=cast.company):
        diagnosis = operations.finish_document(actor=cast.actor(Role.OWNER), answers=answers()).diagnosis
        Diagnosis.objects.update(state=Calculation.State.FAILED, error_ja="理由はこれです。", error_en="This is why.")
    assert "理由はこれです。" in words(cast.client(Role.OWNER).get(url(cast, "diagnosis_result", diagnosis.id)))
    english = cast.client(Role.OWNER, language="en").get(url(cast, "diagnosis_result", diagnosis.id))
    assert "This is why." in words(english)


def test_a_result_of_another_version_is_said_to_be_one(cast, ids):
    with scope(organisation=cast.company):
        Diagnosis.objects.update(result={"schema_version": 99})
    text = words(cast.client(Role.OWNER).get(url(cast, "diagnosis")))
    assert "別の版のAnshin" in text
    assert "計算し直す" in text


def test_trend_lists_all_results(cast, ids):
    with scope(organisation=cast.company):
        last = Diagnosis.objects.get()
        for days, ten in ((60, 111_111), (30, 222_222)):
            asked = operations.request_diagnosis(
                actor=cast.actor(Role.OWNER),
                questionnaire=last.questionnaire,
                trigger=Diagnosis.Trigger.MONTH,
                now=days_ago(days),
            )
            done(asked, one_in_10=ten)
    text = words(cast.client(Role.OWNER).get(url(cast, "diagnosis")))
    assert "111,111円" in text
    assert "222,222円" in text
    assert 'class="spark"' in text


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", TABLES)
def test_each_table_as_csv(cast, ids, name, language):
    client = cast.client(Role.OWNER, language=language)
    answer = client.get(url(cast, "diagnosis_table", ids["diagnosis_id"]), {"name": name})
    text = answer.content.decode("utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) > 3


def test_unknown_table_is_absent(cast, ids):
    there = url(cast, "diagnosis_table", ids["diagnosis_id"])
    assert cast.client(Role.OWNER).get(there, {"name": "secrets"}).status_code == 404


def test_customer_version_holds_no_weakness(cast, ids):
    text = words(cast.client(Role.OWNER).get(url(cast, "diagnosis_customer", ids["diagnosis_id"])))
    main = text[text.index("<main") : text.index("</main>")]
    result = LossResult.model_validate(result_document())
    for control in result.controls:
        assert (control.title.ja in main) == (control.state == "in_place")
    assert "円" not in main


def test_budget_leads_to_a_trial(cast, ids):
    client = cast.client(Role.MEMBER)
    answer = client.post(url(cast, "diagnosis_try", ids["diagnosis_id"]), {"budget": "30万"})
    with scope(organisation=cast.company):
        trial = Trial.objects.get(budget=300_000)
    assert answer["Location"] == url(cast, "diagnosis_trial", trial.id)
    assert "計算の順番を待っています" in words(client.get(answer["Location"]))
    with scope(organisation=cast.company):
        Trial.objects.update(plan=result_document()["plan"], state=Calculation.State.DONE)
    text = words(client.get(answer["Location"]))
    plan = LossResult.model_validate(result_document()).plan
    assert exact(plan.mean_before, "ja") in text
    assert exact(plan.one_in_100_after, "ja") in text


@pytest.mark.parametrize("typed", ["", "a lot", "-3", "12.5", "9" * 20])
def test_bad_budget_comes_back(cast, ids, typed):
    page = cast.client(Role.OWNER).post(url(cast, "diagnosis_try", ids["diagnosis_id"]), {"budget": typed})
    assert page.status_code == 422
    assert "予算は1年あたりの円で" in words(page)
    assert f'value="{typed}"' in words(page)


def test_nothing_ticked_is_said(cast, ids):
    page = cast.client(Role.OWNER).post(url(cast, "diagnosis_try", ids["diagnosis_id"]), {"control": "made-up"})
    assert page.status_code == 422
    assert "1つ以上選んで" in words(page)


def test_recalculate_needs_answers(cast, ids):
    client = cast.client(Role.OWNER)
    answer = client.post(url(cast, "diagnosis_recalculate"))
    with scope(organisation=cast.company):
        newest = Diagnosis.objects.order_by("-requested_at")[0]
        assert answer["Location"] == url(cast, "diagnosis_result", newest.id)
        assert Diagnosis.objects.count() == 2
    other = cast.client(Role.OWNER, cast.other)
    there = reverse("diagnosis_recalculate", args=[cast.other.id])
    assert other.post(there)["Location"] == reverse("diagnosis_questions", args=[cast.other.id])


def test_stored_document_is_the_document(cast, ids):
    with scope(organisation=cast.company):
        stored = Diagnosis.objects.get().result
    assert LossResult.model_validate(stored).model_dump(mode="json") == json.loads(json.dumps(stored))
