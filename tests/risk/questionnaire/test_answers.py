"""The strict reading of answers: everything wrong is said at once, and nothing is filled in."""

import datetime as dt
import json
import pickle

import pytest
import yaml

from anshin.risk.errors import DataError
from anshin.risk.questionnaire.answers import AnswersError, check_answers, read_answers
from anshin.risk.questionnaire.blank import blank
from anshin.risk.questionnaire.questions import questionnaire
from tests.risk.firms import STRONG, TODAY, WEAK, demo, firm, raw


def codes(document):
    with pytest.raises(AnswersError) as caught:
        check_answers(document, today=TODAY)
    return [problem.code for problem in caught.value.problems]


def test_good_answers_are_read_with_their_evidence():
    answers = firm(**STRONG)
    assert answers.answers["mfa"].evidence == "answered"
    assert answers.answers["mfa"].dated == dt.date(2026, 11, 20)
    assert answers.value("employees") == 30
    assert answers.value("standing") == ("large_customers",)


def test_unknown_is_a_value_and_is_dated_by_nobody():
    answers = firm(mfa="わからない")
    assert answers.value("mfa") is None
    assert (answers.answers["mfa"].evidence, answers.answers["mfa"].dated) == ("assumed", None)


def test_json_and_yaml_are_the_same():
    document = raw(**WEAK)
    text = yaml.safe_dump(document, allow_unicode=True)
    assert read_answers(text, name="a", today=TODAY) == read_answers(json.dumps(document), name="a", today=TODAY)


def test_a_bare_yes_or_no_of_yaml_is_an_answer():
    assert firm(logs=False, plan=True) == firm(logs="no", plan="yes")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"employees": 0}, "answers.too_small"),
        ({"sales": -1}, "answers.too_small"),
        ({"persons": 10**9}, "answers.too_large"),
        ({"employees": "many"}, "answers.not_a_number"),
        ({"employees": True}, "answers.not_a_number"),
        ({"employees": float("nan")}, "answers.not_a_number"),
        ({"employees": 3.5}, "answers.not_whole"),
        ({"sector": "magic"}, "answers.not_an_option"),
        ({"mfa": ["all"]}, "answers.not_an_option"),
        ({"logs": "maybe"}, "answers.not_an_option"),
        ({"backup": "copy"}, "answers.not_a_list"),
        ({"backup": []}, "answers.not_a_list"),
        ({"backup": ["tape"]}, "answers.not_an_option"),
        ({"backup": ["copy", "copy"]}, "answers.option_twice"),
        ({"backup": ["none", "copy"]}, "answers.alone"),
        ({"training": "spring"}, "answers.not_a_month"),
        ({"training": "1970-01"}, "answers.not_a_month"),
        ({"training": "2026-13"}, "answers.not_a_month"),
        ({"training": "2027-01"}, "answers.future"),
        ({"mfa": None}, "answers.missing"),
        ({"colour": "red"}, "answers.unknown_question"),
    ],
)
def test_one_wrong_answer_is_one_sentence(changes, code):
    check_answers(raw(), today=TODAY)
    assert codes(raw(**changes)) == [code]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"schema_version": 2}, "answers.schema"),
        ({"company": " "}, "answers.company"),
        ({"company": 7}, "answers.company"),
        ({"answered_on": "yesterday"}, "answers.date"),
        ({"answered_on": "2026-11-26"}, "answers.future"),
        ({"answered_on": "2025-11-24"}, "answers.too_old"),
        ({"answers": []}, "answers.mapping"),
        ({"facts": {}}, "answers.facts_list"),
        ({"color": 1}, "answers.unknown_field"),
    ],
)
def test_a_wrong_document_is_refused(fields, code):
    assert codes(raw() | fields) == [code]


def fact(**changes):
    return [{"fact": "fleet.protected_share", "value": 0.9, "at": "2026-11-22"} | changes]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (fact(at="2026-11-26"), "answers.future"),
        (fact(at="soon"), "answers.date"),
        (fact(value=1.2), "answers.fact_range"),
        (fact(value="all"), "answers.fact_range"),
        (fact(fact="weather"), "answers.unknown_fact"),
        (fact() + fact(), "answers.fact_twice"),
        ([{"fact": "fleet.protected_share"}], "answers.fact_shape"),
        (["x"], "answers.fact_shape"),
        (fact(fact="desk.last_drill", value="2026-11-26"), "answers.future"),
        (fact(fact="desk.last_drill", value=3), "answers.date"),
    ],
)
def test_wrong_facts_are_refused(facts, code):
    firm(facts=fact())
    assert codes(raw(facts=facts)) == [code]


def test_all_problems_are_told_at_once_in_both_languages():
    document = raw(employees=0, sector="magic", mfa=None)
    with pytest.raises(AnswersError) as caught:
        check_answers(document, today=TODAY)
    assert [p.where for p in caught.value.problems] == ["answers.employees", "answers.sector", "answers.mfa"]
    for problem in caught.value.problems:
        assert problem.ja in caught.value.ja
        assert problem.en in str(caught.value)
        assert problem.ja != problem.en


def test_a_refusal_travels_between_processes_whole():
    with pytest.raises(AnswersError) as caught:
        check_answers(raw(employees=0), today=TODAY)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.problems, again.ja) == (caught.value.problems, caught.value.ja)


@pytest.mark.parametrize("text", ["[1, 2]", "just words", "a: [", ""])
def test_what_is_no_answers_file_is_refused_by_name(text):
    with pytest.raises(DataError, match=r"firm\.yaml"):
        read_answers(text, name="firm.yaml", today=TODAY)


def test_an_old_fact_proves_nothing_but_is_kept():
    answers = firm(facts=fact(at="2026-08-01"))
    assert answers.facts["fleet.protected_share"].expired
    assert not firm(facts=fact()).facts["fleet.protected_share"].expired
    drill = {"fact": "desk.last_drill", "value": "2025-11-01", "at": "2026-11-22"}
    assert firm(facts=[drill]).facts["desk.last_drill"].expired, "the day of the drill counts, not that of the report"


def test_a_count_of_agents_answers_only_what_nobody_knew():
    seen = [{"fact": "fleet.devices_seen", "value": 8, "at": "2026-11-22"}]
    assert firm(facts=seen).answers["computers"].value == 25
    found = firm(facts=seen, computers="unknown").answers["computers"]
    assert (found.value, found.evidence, found.dated) == (8, "measured", dt.date(2026, 11, 22))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_blank_file_is_valid_and_says_nothing(language):
    text = blank(language, TODAY)
    answers = read_answers(text, name="blank", today=TODAY)
    assert all(answer.evidence == "assumed" for answer in answers.answers.values())
    for question in questionnaire().questions:
        assert question.title.text(language) in text


def test_the_demo_company_answers_everything_but_one():
    assert [key for key, answer in demo().answers.items() if answer.value == "unknown"] == ["mail_auth"]
