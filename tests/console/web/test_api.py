"""The one error shape: whatever goes wrong in an API, the answer is a Problem."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.test import Client
from ninja.errors import AuthenticationError, HttpError, ValidationError

from anshin.console.web.problems import ApiProblem, as_problem
from anshin.wire.documents import Problem


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ApiProblem(418, "teapot", "急須", "teapot"), 418, "teapot"),
        (Http404("device 7 of someone else"), 404, "not_found"),
        (PermissionDenied("device.manage"), 403, "not_allowed"),
        (AuthenticationError(), 401, "key_invalid"),
        (ValidationError([{"loc": ("query", "limit"), "msg": "too large"}]), 422, "invalid"),
        (ValidationError([]), 422, "invalid"),
        (RequestDataTooBig("x"), 413, "body_too_large"),
        (HttpError(415, "no such type"), 415, "bad_request"),
    ],
)
def test_errors_become_problems(error, status, code):
    problem = as_problem(error)
    assert (problem.status, problem.code) == (status, code)
    document = Problem.model_validate_json(problem.response().content)
    assert document.code == code
    assert "someone else" not in document.message


def test_the_unforeseen_is_logged_and_tells_nothing(caplog):
    problem = as_problem(RuntimeError("secret path /srv/x"))
    assert (problem.status, problem.code) == (500, "internal")
    assert "secret" not in problem.response().content.decode()
    assert "secret path" in caplog.text


def test_field_is_named():
    assert as_problem(ValidationError([{"loc": ("query", "limit"), "msg": "too large"}])).document().field == "limit"


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "word"), [("ja", "見つかりません"), ("en", "There is no such thing")])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_unknown_address_answers_in_the_callers_language(language, word, method):
    client = Client(headers={"accept-language": language})
    answer = getattr(client, method)("/api/v1/no/such/thing")
    assert answer.status_code == 404
    document = Problem.model_validate_json(answer.content)
    assert word in document.message
    assert document.reference == answer["X-Request-Id"]


@pytest.mark.django_db
def test_wrong_method_is_a_problem_too():
    answer = Client().put("/api/agent/v1/enrol", b"{}", content_type="application/json")
    assert answer.status_code == 405
    assert Problem.model_validate_json(answer.content).code == "method_not_allowed"
    assert answer["Allow"] == "POST"


@pytest.mark.django_db
def test_description_of_the_api_names_both_sides():
    paths = Client().get("/api/openapi.json").json()["paths"]
    assert "/api/agent/v1/events" in paths
    assert "/api/v1/detections/{detection_id}/restore" in paths
