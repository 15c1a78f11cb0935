"""Answers that cannot both be true; each rule beside answers that are nearly the same and stand."""

from typing import Any

import pytest

from anshin.risk.questionnaire.answers import AnswersError, check_answers
from anshin.risk.questionnaire.contradictions import RULES
from tests.risk.firms import TODAY, raw

AGENTS = [{"fact": "fleet.devices_seen", "value": 10, "at": "2026-11-22"}]
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "contradiction.agents": ({"computers": 0, "facts": AGENTS}, {"computers": 10, "facts": AGENTS}),
    "contradiction.data_of_nobody": (
        {"persons": 0, "data_kinds": ["medical"]},
        {"persons": 0, "data_kinds": ["none"]},
    ),
    "contradiction.persons_without_data": (
        {"persons": 5, "data_kinds": ["none"]},
        {"persons": 5, "data_kinds": ["contact"]},
    ),
    "contradiction.protected_nothing": (
        {"computers": 0, "protection": "yes"},
        {"computers": 0, "protection": "no"},
    ),
    "contradiction.no_site": ({"web": "none", "web_care": "yes"}, {"web": "none", "web_care": "no"}),
    "contradiction.no_cloud": (
        {"cloud": "none", "backup": ["cloud_copy"]},
        {"cloud": "mail", "backup": ["cloud_copy"]},
    ),
    "contradiction.cards": (
        {"web": "shop_own", "data_kinds": ["contact"]},
        {"web": "shop_own", "data_kinds": ["contact", "cards"]},
    ),
    "contradiction.remote_mfa": (
        {"remote_access": "kept", "mfa": "none"},
        {"remote_access": "kept", "mfa": "some"},
    ),
    "contradiction.yen": ({"sales": 50_000}, {"sales": 0}),
}


def test_every_rule_has_a_case():
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("code", list(CASES))
def test_contradictions_are_told_and_their_neighbours_stand(code):
    wrong, right = CASES[code]
    check_answers(raw(**right), today=TODAY)
    with pytest.raises(AnswersError) as caught:
        check_answers(raw(**wrong), today=TODAY)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert "{" not in caught.value.ja + caught.value.en


@pytest.mark.parametrize("code", list(CASES))
def test_unknown_contradicts_nothing(code):
    wrong, _ = CASES[code]
    for key in wrong.keys() - {"facts"}:
        check_answers(raw(**(wrong | {key: "unknown"})), today=TODAY)
