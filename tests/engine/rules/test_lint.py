"""The linter on our own rules and on a user's."""

import pytest

from anshin.engine.rules.lint import WANTED, lint_files, lint_own

GOOD = {
    "author": '"me"',
    "date": '"2026-11-25"',
    "reference": '"https://example.com/a"',
    "ja": '"見つけました。"',
    "en": '"Found it."',
    "attack": '"T1059"',
    "weight": "0.5",
}


def remarks(folder, **changed):
    meta = {k: v for k, v in (GOOD | changed).items() if v}
    lines = " ".join(f"{k} = {v}" for k, v in meta.items())
    (folder / "r.yar").write_text(f'// first line\nrule r {{ meta: {lines} strings: $a = "abc" condition: $a }}\n')
    return lint_files([folder])[1]


def test_our_own_rules_have_nothing_to_mend():
    assert lint_own() == []


def test_a_good_rule_has_nothing_to_mend(tmp_path):
    assert remarks(tmp_path) == []


@pytest.mark.parametrize("name", WANTED)
def test_each_value_that_is_missing_is_named(tmp_path, name):
    (remark,) = remarks(tmp_path, **{name: ""})
    assert (remark.line, remark.rule, remark.level) == (2, "r", "warning")
    assert remark.message == f"meta lacks {name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("weight", "2"),
        ("weight", "-1"),
        ("weight", "true"),
        ("weight", '"heavy"'),
        ("attack", '"T59"'),
        ("attack", '"T1059;T1105"'),
        ("date", '"25.11.2026"'),
        ("reference", '"a book"'),
        ("ja", '"Found it."'),
        ("en", '"Found it"'),
    ],
)
def test_each_value_that_is_wrong_is_named(tmp_path, name, value):
    (remark,) = remarks(tmp_path, **{name: value})
    assert remark.message.startswith(f"{name} is") or name in remark.message
    assert remark.level == "warning"


def test_a_file_that_is_no_text_is_an_error(tmp_path):
    (tmp_path / "r.yar").write_bytes(b"\xff\xff")
    count, (remark,) = lint_files([tmp_path])
    assert (count, remark.line, remark.level) == (1, 0, "error")


def test_what_makes_a_rule_slow_is_a_warning(tmp_path):
    (tmp_path / "r.yar").write_text("rule r { strings: $a = /a.*b/ condition: true or $a }")
    levels = {r.level for r in lint_files([tmp_path])[1]}
    assert levels == {"warning"}
