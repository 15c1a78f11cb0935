"""The whole diagnosis: repeatable, monotone, adding up, and sane at its edges."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from anshin.risk.diagnose import diagnose
from anshin.risk.document import LossResult
from anshin.risk.errors import ParameterError
from anshin.risk.scenarios.load import accidents
from anshin.risk.terms import load_terms
from tests.risk.firms import STRONG, TODAY, WEAK, demo, firm

GOLDEN = Path(__file__).parents[1] / "golden" / "demo.json"
SMALL: dict[str, Any] = {"today": TODAY, "years": 20_000, "sets": 20}


@pytest.fixture(scope="module")
def result():
    return diagnose(demo(), **SMALL)


@pytest.fixture(scope="module")
def strong():
    return diagnose(firm(**STRONG), **SMALL)


@pytest.fixture(scope="module")
def weak():
    return diagnose(firm(**WEAK), **SMALL)


def close(now, then, where="$"):
    """Compare documents: words exactly, figures up to what another processor's logarithm may change."""
    assert type(now) is type(then), where
    if isinstance(then, dict):
        assert now.keys() == then.keys(), where
        for key in then:
            close(now[key], then[key], f"{where}.{key}")
    elif isinstance(then, list):
        assert len(now) == len(then), where
        for number, (one, other) in enumerate(zip(now, then, strict=True)):
            close(one, other, f"{where}.{number}")
    elif isinstance(then, (int, float)) and not isinstance(then, bool):
        assert now == pytest.approx(then, rel=1e-6, abs=2 if isinstance(then, int) else 1e-9), where
    else:
        assert now == then, where


def test_golden(result):
    """Figures that a firm was told never change under the same data: raise `data.VERSION`, write the file anew.

    `PYTHONPATH=src:. python -m tests.risk.diagnose.golden` writes it.
    """
    then = json.loads(GOLDEN.read_text(encoding="utf-8"))
    then["basis"]["version"] = result.basis.version  # a release changes no figure
    close(result.model_dump(mode="json"), then)


def test_the_same_seed_gives_the_same_document(result):
    assert diagnose(demo(), **SMALL) == result


def test_another_seed_gives_another_sample_of_the_same_firm(result):
    other = diagnose(demo(), **SMALL, seed=7)
    assert other.total.mean.value != result.total.mean.value
    assert other.assumptions == result.assumptions


def test_the_document_survives_json(result):
    assert LossResult.model_validate_json(result.model_dump_json()) == result


def test_parts_add_up_to_the_whole(result):
    mean = result.total.mean.value
    assert sum(s.mean for s in result.scenarios) == pytest.approx(mean, abs=len(result.scenarios))
    assert sum(i.mean for i in result.items) == pytest.approx(mean, abs=len(result.items))
    assert sum(s.share for s in result.scenarios) == pytest.approx(1, abs=1e-4)
    bad = result.covers[0].bad_year.total
    assert sum(i.bad_year_mean for i in result.items) == pytest.approx(bad, abs=len(result.items))
    assert sum(s.bad_year_mean for s in result.scenarios) == pytest.approx(bad, abs=len(result.scenarios))


def test_every_yen_of_a_cover_goes_somewhere(result):
    for cover in result.covers:
        for goes in (cover.expected, cover.bad_year):
            parts = (goes.paid, goes.never_insured, goes.not_covered, goes.own_share, goes.over_limit)
            assert sum(parts) == goes.total
            assert min(parts) >= 0
        assert cover.remaining.mean.value == pytest.approx(cover.expected.total - cover.expected.paid, abs=1)


def test_the_pack_pays_less_than_a_full_policy_and_ransom_comes_back_from_neither(result):
    pack, full = result.covers
    assert (pack.id, pack.limit, full.id) == ("pack", 4_000_000, "full")
    assert 0 < pack.expected.paid < full.expected.paid
    money = sum(i.mean for i in result.items if i.loss_class == "money")
    assert pack.expected.never_insured == full.expected.never_insured == pytest.approx(money, abs=2)
    assert pack.p_exhausted_if_serious > full.p_exhausted_if_serious


def test_curves_rise_and_events_stay_below_years(result):
    for summary in (result.total, *(cover.remaining for cover in result.covers)):
        curve = summary.curve
        for one, other in pairwise(curve):
            assert one.aggregate <= other.aggregate
            assert one.occurrence <= other.occurrence
            assert one.return_period < other.return_period
        assert all(p.occurrence <= p.aggregate for p in curve)
        assert all(p.aggregate_low <= p.aggregate_high for p in curve)
        assert [o.probability for o in summary.over] == sorted((o.probability for o in summary.over), reverse=True)


def test_better_controls_lose_less_in_every_accident_they_concern(strong, weak):
    assert strong.total.mean.value < weak.total.mean.value / 2
    assert strong.total.one_in_100.value <= weak.total.one_in_100.value
    then = {s.id: s for s in weak.scenarios}
    for scenario in strong.scenarios:
        assert scenario.mean <= then[scenario.id].mean


def test_the_usual_firm_lies_between(strong, weak):
    usual = diagnose(firm(), **SMALL)
    assert strong.total.mean.value < usual.total.mean.value < weak.total.mean.value
    assert usual.like_firms.mean == usual.total.mean.value
    assert strong.like_firms == weak.like_firms == usual.like_firms, "the controls of a firm do not move its like"


def test_no_control_makes_things_worse(result, weak):
    for control in (*result.controls, *weak.controls):
        assert control.saves_now >= 0
        assert control.could_save >= 0
        assert control.saves_now_one_in_10 >= 0
        assert control.could_save_one_in_10 >= 0


def test_measured_proof_lowers_the_figure():
    answered = diagnose(firm(**STRONG), **SMALL)
    fact = [{"fact": "fleet.protected_share", "value": 1.0, "at": "2026-11-22"}]
    measured = diagnose(firm(**STRONG, facts=fact), **SMALL)
    assert measured.total.mean.value < answered.total.mean.value
    worth = {control.id: control for control in answered.controls}["protection"]
    assert worth.state == "in_place"
    assert worth.could_save > 0
    assert worth.cost == 0


def test_not_knowing_widens_the_band():
    known, unknown = (
        diagnose(firm(), **SMALL),
        diagnose(firm(persons="unknown", sales="unknown", computers="unknown"), **SMALL),
    )

    def width(found):
        return found.total.mean.high / found.total.mean.low

    assert width(unknown) > width(known)
    listed = {one.id for one in unknown.assumptions if one.kind == "answer"}
    assert {"answer.persons", "answer.sales", "answer.computers"} <= listed
    assert not {"answer.persons", "answer.sales"} & {one.id for one in known.assumptions}


def test_the_plan_keeps_its_budget_and_helps(weak):
    assert not weak.plan.budget_given
    assert weak.plan.budget == 150_000
    for budget in (0, 30_000, 300_000, 10_000_000):
        plan = diagnose(firm(**WEAK), **SMALL, budget=budget).plan
        assert plan.budget_given
        assert plan.cost <= budget
        assert plan.exact
        assert plan.mean_after <= plan.mean_before
        assert plan.one_in_100_after <= plan.one_in_100_before
        assert bool(plan.controls) == (budget > 0)


def test_what_cannot_happen_is_said_with_its_reason():
    found = diagnose(
        firm(web="none", cloud="none", mobile=0, persons=0, data_kinds=["none"], computers=0, sales=0), **SMALL
    )
    gone = {s.id: s for s in found.scenarios if not s.applies}
    assert gone.keys() == accidents().keys() - {"supplier_stop"}
    assert all(s.mean == 0 and s.why_not is not None for s in gone.values())
    assert len(found.scenarios) == 11


@pytest.mark.parametrize(
    "changes", [{"employees": 1, "computers": 1}, {"employees": 10_000, "sales": 10**12, "persons": 10**8}]
)
def test_the_smallest_and_the_largest_firm(changes):
    found = diagnose(firm(**changes), **SMALL)
    assert found.total.mean.value > 0
    assert found.total.one_in_100.value >= found.total.one_in_10.value


def test_nobody_knows_anything():
    everything: dict[str, Any] = dict.fromkeys([*demo().answers], "unknown")
    found = diagnose(firm(**everything), **SMALL)
    assert found.total.mean.value > 0
    assert {need.answer for need in found.needs} == {"unknown"}
    assert sum(one.kind == "answer" for one in found.assumptions) == 25


def test_every_assumption_has_a_source_a_date_and_a_grade(result):
    ids = [one.id for one in result.assumptions]
    assert len(set(ids)) == len(ids) > 200
    for one in result.assumptions:
        assert one.source
        assert one.date[:2] == "20"
        assert one.note is not None
    assert {
        "method.combine",
        "method.credit",
        "method.grades",
        "method.counts",
        "method.years",
        "method.budget",
    } <= set(ids)


def test_only_the_terms_asked_for_are_applied():
    found = diagnose(demo(), **SMALL, terms=[load_terms("full")])
    assert [cover.id for cover in found.covers] == ["full"]


@pytest.mark.parametrize("wrong", [{"years": 20_001}, {"years": 100}, {"sets": 0}, {"seed": -1}, {"budget": -5}])
def test_numbers_without_meaning_are_refused(wrong):
    with pytest.raises(ParameterError):
        diagnose(demo(), **(SMALL | wrong))
