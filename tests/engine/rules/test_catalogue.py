"""Each indicator on a self-made file that has it and on one that does not."""

import importlib
import pkgutil
import re

import pytest

import tests.engine.indicator_cases as cases
from anshin.engine.formats.contract import Sign
from anshin.engine.rules.catalogue import BOUNDS, HABITS_TOGETHER, catalogue, combined, reasons
from anshin.engine.verdict import Reason, Status, Thresholds
from tests.engine.indicator_cases.case import Case
from tests.engine.samples import reason_codes


def collected() -> dict[str, Case]:
    found: dict[str, Case] = {}
    for module in pkgutil.iter_modules(cases.__path__):
        if module.name == "case":
            continue
        for code, case in importlib.import_module(f"{cases.__name__}.{module.name}").CASES.items():
            assert code not in found, f"{code} has two cases"
            found[code] = case
    return found


CASES = collected()


def test_every_indicator_has_a_case_and_every_case_an_indicator():
    assert CASES.keys() == catalogue().keys()


@pytest.mark.parametrize("code", sorted(CASES))
def test_file_with_the_trick_shows_it(judge, code):
    case = CASES[code]
    assert code in reason_codes(judge(case.positive, case.name))


@pytest.mark.parametrize("code", sorted(CASES))
def test_file_without_the_trick_does_not(judge, code):
    case = CASES[code]
    found = judge(case.negative, case.negative_name or case.name)
    assert code not in reason_codes(found)
    assert found.status not in {Status.SUSPICIOUS, Status.MALICIOUS}, reason_codes(found)
    if case.clean:
        assert found.status is Status.CLEAN, [g.place for g in found.gaps]


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_entry_is_whole(code):
    entry = catalogue()[code]
    assert re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", entry.code)
    assert re.search(r"[ぁ-んァ-ヶ一-龠]", entry.ja)
    assert entry.ja.endswith("。")
    assert entry.en.endswith(".")
    assert entry.source
    assert entry.formats
    for technique in entry.attack:
        assert re.fullmatch(r"T\d{4}(\.\d{3})?", technique)


def test_habits_alone_are_never_suspicious():
    assert BOUNDS["habit"][1] < Thresholds().suspicious
    assert Thresholds().suspicious > HABITS_TOGETHER
    habits = [Reason(code=f"rule.habit_{n}", weight=0.2, ja="", en="") for n in range(40)]
    assert combined(habits) == HABITS_TOGETHER


def test_a_sign_alone_is_never_malicious():
    assert BOUNDS["sign"][1] < Thresholds().malicious


def test_what_follows_from_several_signs_stands_only_when_all_are_there():
    derived = [i for i in catalogue().values() if i.all_of]
    for entry in derived:
        one = next(iter(entry.any_of), None)
        signs = [Sign(code) for code in (*entry.all_of, *([one] if one else []))]
        assert entry.code in {r.code for r in reasons(signs)}
        assert entry.code not in {r.code for r in reasons(signs[1:])}
