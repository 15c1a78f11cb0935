"""The questions as data: few enough, whole in both languages, and each bound to something that exists."""

import re

import pytest

from anshin.risk.controls.model import controls
from anshin.risk.data import check, sources
from anshin.risk.errors import DataError
from anshin.risk.questionnaire.questions import Question, Questionnaire, fact_kinds, questionnaire
from anshin.risk.scenarios.load import accidents, item_titles

QUESTIONS = questionnaire().by_id()
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
OTHER_TARGETS = {"frequency", "costs_of_controls", "gross_margin", "social_responsibility", "need", "response"}


def test_at_most_25_questions_in_10_minutes():
    assert 15 <= len(QUESTIONS) <= 25
    assert len(QUESTIONS) == len(questionnaire().questions), "an id is used twice"
    assert questionnaire().minutes == 10


@pytest.mark.parametrize("question", list(QUESTIONS.values()), ids=list(QUESTIONS))
def test_every_question_is_asked_in_both_languages(question):
    texts = [question.title, question.help, *question.options, *([question.unit] if question.unit else [])]
    for text in texts:
        assert JAPANESE.search(text.ja) or text.ja == "％"
        assert not JAPANESE.search(text.en)


@pytest.mark.parametrize("question", list(QUESTIONS.values()), ids=list(QUESTIONS))
def test_every_question_moves_something_that_exists(question):
    assert set(question.moves) <= OTHER_TARGETS | set(accidents()) | set(item_titles())


@pytest.mark.parametrize("question", list(QUESTIONS.values()), ids=list(QUESTIONS))
def test_unknown_has_a_source_or_a_control(question):
    assert question.unknown.control in controls() if question.unknown.control else question.unknown.source in sources()


def test_facts_and_questions_name_each_other():
    named = {question.fact: question.id for question in QUESTIONS.values() if question.fact}
    assert named == {key: kind.question for key, kind in fact_kinds().items()}


def test_unconfirmed_items_of_other_lists_are_marked():
    standards = [standard for question in QUESTIONS.values() for standard in question.standards]
    assert {standard.scheme for standard in standards} == {"ipa_self_check", "security_action", "scs_star3"}
    assert all(not standard.confirmed for standard in standards if standard.scheme == "scs_star3")


def changed(**fields):
    return QUESTIONS["employees"].model_dump(mode="json") | fields


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"unit": None}, "unit, min and max"),
        ({"unknown": {"p10": 3, "p90": 60}}, "source and grade"),
        ({"unknown": {"p10": 60, "p90": 3, "source": "courts", "grade": "guess"}}, "smaller"),
        ({"unknown": {"p10": 3, "p90": 60, "control": "mfa"}}, "exactly one"),
        ({"unknown": {"weights": {"x": 1}, "source": "courts", "grade": "guess"}}, "do not exist"),
        ({"moves": []}, "at least 1"),
        ({"colour": "red"}, "Extra"),
        ({"options": [{"id": "a", "ja": "あ", "en": "a"}]}, "options belong"),
    ],
)
def test_a_question_that_does_not_hold_together_is_refused(fields, cause):
    assert check(Question, changed(), "q.yaml").id == "employees"
    with pytest.raises(DataError, match=cause):
        check(Question, changed(**fields), "q.yaml")


def test_a_26th_question_is_refused():
    document = questionnaire().model_dump(mode="json")
    check(Questionnaire, document, "q.yaml")
    document["questions"] += [changed(id=f"more_{n}") for n in range(26 - len(QUESTIONS))]
    with pytest.raises(DataError, match=r"q\.yaml"):
        check(Questionnaire, document, "q.yaml")
