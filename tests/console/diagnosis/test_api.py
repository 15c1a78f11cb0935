"""The diagnosis by API key: what is there, what was sent, what is wrong with it."""

import json

import pytest
from django.test import Client
from django_scopes import scope

from anshin.console.diagnosis.models import Diagnosis, Questionnaire
from anshin.console.people.operations import create_key
from anshin.console.people.roles import Role
from anshin.risk.document import LossResult
from tests.console.diagnosis.conftest import answers, diagnosed

pytestmark = pytest.mark.django_db


def client(cast, what: str = "write", language: str = "en") -> Client:
    with scope(organisation=cast.company):
        made = create_key(actor=cast.actor(Role.OWNER), name="k", scope=what, days=3)
    return Client(headers={"authorization": f"Bearer {made.text}", "accept-language": language})


def send(asking: Client, given: object):
    return asking.post("/api/v1/diagnosis/answers", json.dumps({"answers": given}), content_type="application/json")


def test_without_a_diagnosis_the_state_is_none(cast):
    answer = client(cast, "read").get("/api/v1/diagnosis").json()
    assert (answer["state"], answer["result"], answer["id"]) == ("none", None, None)


def test_newest_history_and_one(cast):
    with scope(organisation=cast.company):
        things = diagnosed(cast.actor(Role.OWNER))
    asking = client(cast, "read")
    newest = asking.get("/api/v1/diagnosis").json()
    result = LossResult.model_validate(newest["result"])
    assert newest["id"] == str(things["diagnosis_id"])
    page = asking.get("/api/v1/diagnoses").json()
    assert page["total"] == 1
    assert page["items"][0]["one_in_10"] == result.total.one_in_10.value
    assert asking.get(f"/api/v1/diagnoses/{things['diagnosis_id']}").json() == newest
    assert asking.get("/api/v1/diagnoses?offset=1").json() == {"items": [], "total": 1}


def test_answers_become_a_version_and_a_calculation(cast):
    answer = send(client(cast), answers() | {"logs": False, "mail_auth": "わからない"})
    assert answer.status_code == 202
    with scope(organisation=cast.company):
        stored = Questionnaire.objects.get()
        assert (stored.version, stored.answers["logs"], stored.answers["mail_auth"]) == (1, "no", "unknown")
        assert str(Diagnosis.objects.get().id) == answer.json()["diagnosis_id"]


@pytest.mark.parametrize(("language", "word"), [("ja", "大きすぎます"), ("en", "too large")])
def test_all_faults_are_named_at_once(cast, language, word):
    given = {**answers(), "employees": 10**9, "persons": 0, "shoe_size": 43}
    answer = send(client(cast, language=language), given)
    assert (answer.status_code, answer.json()["code"]) == (422, "answers_refused")
    said = answer.json()["message"]
    assert word in said
    assert "shoe_size" in said
    with scope(organisation=cast.company):
        assert not Questionnaire.objects.exists()


@pytest.mark.parametrize("given", [{}, {"employees": "\0"}, {"employees": [[]]}, {"sector": {"a": 1}}, {"x" * 500: 1}])
def test_nonsense_is_refused_in_words(cast, given):
    answer = send(client(cast), given)
    assert (answer.status_code, answer.json()["code"]) == (422, "answers_refused")


def test_a_reading_key_may_not_answer(cast):
    assert send(client(cast, "read"), answers()).status_code == 403
