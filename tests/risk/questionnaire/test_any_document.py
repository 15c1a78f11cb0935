"""Whatever stands in an answers file: it is read, or refused with sentences; nothing else happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshin.risk.errors import DataError
from anshin.risk.questionnaire.answers import AnswersError, check_answers, read_answers
from anshin.risk.questionnaire.questions import fact_kinds, questionnaire
from tests.risk.firms import TODAY, raw

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
QUESTIONS = sorted(questionnaire().by_id())


def read_or_refuse(document):
    problems = None
    try:
        check_answers(document, today=TODAY)
    except AnswersError as error:
        problems = error.problems
    if problems is not None:
        assert problems
        assert all(problem.ja and problem.en and len(problem.en) < 1200 for problem in problems)


@given(st.sampled_from(QUESTIONS), VALUES)
def test_any_answer(question, value):
    read_or_refuse(raw(**{question: value}))


@given(st.sampled_from(["schema_version", "company", "answered_on", "answers", "facts", "more"]), VALUES)
def test_any_field(field, value):
    read_or_refuse(raw() | {field: value})


@given(st.sampled_from(sorted(fact_kinds())), VALUES, VALUES)
def test_any_fact(key, value, at):
    read_or_refuse(raw(facts=[{"fact": key, "value": value, "at": at}]))


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "a: " + "9" * 5000, "!!python/object:os.system x", "? [a]\n: b", "\x00"],
    ids=["brackets", "digits", "object", "key", "zero"],
)
def test_hostile_text_is_refused_by_name(text):
    with pytest.raises(DataError, match=r"firm\.yaml"):
        read_answers(text, name="firm.yaml", today=TODAY)


def test_references_that_grow_without_end_are_not_printed():
    levels = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    text = "\n".join([*levels, "schema_version: 1", "company: *a11", "answers: {employees: *a11}"])
    with pytest.raises(AnswersError) as caught:
        read_answers(text, name="firm.yaml", today=TODAY)
    assert len(caught.value.en) < 100_000
