"""Builds the report from a diagnosis. Every sentence comes from `sentences.yaml`, every figure from the document."""

import datetime as dt
from collections import Counter
from functools import cache
from typing import Any, Literal

from anshin.risk.data import read
from anshin.risk.document import ControlWorth, CoverResult, LossResult
from anshin.risk.report.amounts import about, exact, percent
from anshin.risk.text import Frozen, Language

ACTIONS = 3
MARKS = {"yes": "○", "no": "×", "unknown": "？"}
RARE = 0.005
"""A limit reached more rarely than this is not worth a sentence."""
LIKE = 0.1
"""Within this share a firm counts as like the others."""


class Action(Frozen):
    """One thing to do."""

    control: str
    title: str
    first_step: str
    effect: str


class CoverText(Frozen):
    """What one cover gives back."""

    cover: str
    sentences: tuple[str, ...]


class NeedText(Frozen):
    """One of the three reasons for a cover."""

    id: str
    answer: str
    mark: str  # yes, no or unknown in one sign
    title: str
    reason: str


class Report(Frozen):
    """The report for the firm itself."""

    kind: Literal["firm"] = "firm"
    language: Language
    title: str
    subtitle: str
    headline: str  # the one sentence
    sentences: tuple[str, ...]
    actions_title: str
    actions: tuple[Action, ...]
    plan: tuple[str, ...]
    covers_title: str
    covers: tuple[CoverText, ...]
    covers_note: str
    needs_title: str
    needs: tuple[NeedText, ...]
    needs_sum: str
    assumptions_title: str
    assumptions: tuple[str, ...]


class CustomerReport(Frozen):
    """The report to show to customers: what is in place and since when; no weakness, no loss, no answer."""

    kind: Literal["customer"] = "customer"
    language: Language
    title: str
    intro: str
    controls: tuple[str, ...]


def build(result: LossResult, language: Language) -> Report:
    """Return the report in one language."""
    say = _Speaker(language)
    total, serious = result.total, result.serious
    subtitle = say(
        "subtitle", date=say.date(result.basis.as_of), sector=result.sector.text(language), employees=result.employees
    )
    needs = tuple(
        NeedText(
            id=n.id, answer=n.answer, mark=MARKS[n.answer], title=n.title.text(language), reason=n.reason.text(language)
        )
        for n in result.needs
    )
    return Report(
        language=language,
        title=say("title", company=result.company),
        subtitle=subtitle,
        headline=say("headline", ten=say.yen(total.one_in_10.value), hundred=say.yen(total.one_in_100.value)),
        sentences=(
            say(
                "serious",
                year=percent(serious.p_year),
                ten_years=percent(serious.p_ten_years),
                mean=say.yen(serious.mean),
            ),
            say(
                "quiet",
                quiet=percent(total.p_no_loss),
                mean=say.yen(total.mean.value),
                low=say.yen(total.mean.low),
                high=say.yen(total.mean.high),
            ),
            *_worst(result, say),
            _like(result, say),
        ),
        actions_title=say("actions_title"),
        actions=tuple(_action(control, say) for control in _first(result)),
        plan=_plan(result, say),
        covers_title=say("covers_title"),
        covers=tuple(_cover(one, say) for one in result.covers),
        covers_note=say("cover_note"),
        needs_title=say("needs_title"),
        needs=needs,
        needs_sum=say("needs_sum", sum(need.answer == "yes" for need in needs)),
        assumptions_title=say("assumptions_title"),
        assumptions=_assumptions(result, say),
    )


def build_for_customers(result: LossResult, language: Language) -> CustomerReport:
    """Return the report that may be shown to customers."""
    say = _Speaker(language)
    lines = []
    for control in sorted(result.controls, key=lambda one: one.id):
        if control.state == "in_place":
            key = "customer_measured" if control.evidence == "measured" else "customer_answered"
            day = control.dated or result.basis.as_of
            lines.append(say(key, title=control.title.text(language), date=say.date(day)))
    return CustomerReport(
        language=language,
        title=say("customer_title", company=result.company),
        intro=say("customer_intro", date=say.date(result.basis.as_of)),
        controls=tuple(lines) or (say("customer_none"),),
    )


class _Speaker:
    """Says sentences of `sentences.yaml` in one language."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, *path: str | int, **values: object) -> str:
        found: Any = _sentences()
        for key in path:
            found = found[key]
        return str(found[self.language]).format(**values)

    def yen(self, amount: int) -> str:
        return about(amount, self.language)

    def date(self, day: dt.date) -> str:
        return f"{day.year}年{day.month}月{day.day}日" if self.language == "ja" else day.isoformat()

    def joined(self, titles: list[str]) -> str:
        return ("」「" if self.language == "ja" else "; ").join(titles)


@cache
def _sentences() -> dict[str, Any]:
    return dict(read("report/sentences.yaml"))


def _worst(result: LossResult, say: _Speaker) -> tuple[str, ...]:
    first = result.scenarios[0]
    if not first.mean:
        return ()
    return (say("worst", accident=first.title.text(say.language), share=percent(first.share)),)


def _like(result: LossResult, say: _Speaker) -> str:
    ours, theirs = result.total.mean.value, result.like_firms.mean
    key = "better" if ours < theirs * (1 - LIKE) else "worse" if ours > theirs * (1 + LIKE) else "same"
    return say("like", key, mean=say.yen(theirs))


def _first(result: LossResult) -> list[ControlWorth]:
    """Return the three controls to begin with: those of the plan, then whatever else saves most."""
    by_id = {control.id: control for control in result.controls}
    planned = [by_id[key] for key in result.plan.controls]
    rest = [c for c in result.controls if c not in planned and c.could_save > 0 and c.state != "not_applicable"]
    return [*planned, *rest][:ACTIONS]


def _action(control: ControlWorth, say: _Speaker) -> Action:
    key = "action_prove" if control.state == "in_place" else "action_saves"
    return Action(
        control=control.id,
        title=control.title.text(say.language),
        first_step=control.action.text(say.language),
        effect=say(key, saves=say.yen(control.could_save), cost=say.yen(control.cost)),
    )


def _plan(result: LossResult, say: _Speaker) -> tuple[str, ...]:
    plan = result.plan
    titles = {control.id: control.title.text(say.language) for control in result.controls}
    budget = exact(plan.budget, say.language)
    assumed = () if plan.budget_given else (say("plan_assumed"),)
    if not plan.controls:
        return say("plan_none", budget=budget), *assumed
    words = say(
        "plan",
        budget=budget,
        controls=say.joined([titles[key] for key in plan.controls]),
        cost=say.yen(plan.cost),
        before=say.yen(plan.mean_before),
        after=say.yen(plan.mean_after),
        before_hundred=say.yen(plan.one_in_100_before),
        after_hundred=say.yen(plan.one_in_100_after),
    )
    return words, *assumed


def _cover(cover: CoverResult, say: _Speaker) -> CoverText:
    expected, bad = cover.expected, cover.bad_year
    sentences = [
        say(
            "cover",
            title=cover.title.text(say.language),
            total=say.yen(expected.total),
            paid=say.yen(expected.paid),
            paid_share=percent(expected.paid / expected.total) if expected.total else "0%",
            bad_total=say.yen(bad.total),
            bad_paid=say.yen(bad.paid),
            bad_share=percent(bad.paid / bad.total) if bad.total else "0%",
        ),
        *_limit(cover, say),
        say("cover_never", never=say.yen(expected.never_insured)),
        say(
            "cover_left",
            left=say.yen(cover.remaining.mean.value),
            left_hundred=say.yen(cover.remaining.one_in_100.value),
        ),
    ]
    return CoverText(cover=cover.id, sentences=tuple(sentences))


def _limit(cover: CoverResult, say: _Speaker) -> tuple[str, ...]:
    share = cover.p_exhausted_if_serious
    if share < RARE:
        return ()
    return (say("cover_limit", share=percent(share), limit=exact(cover.limit, say.language)),)


def _assumptions(result: LossResult, say: _Speaker) -> tuple[str, ...]:
    grades = Counter(one.grade for one in result.assumptions)
    unknown = sum(one.kind == "answer" for one in result.assumptions)
    basis = result.basis
    return (
        say(
            "assumptions",
            all=len(result.assumptions),
            certain=grades["certain"],
            estimated=grades["estimated"],
            guess=grades["guess"],
            unknown=unknown,
        ),
        say("method", years=f"{basis.years:,}", sets=basis.parameter_sets, seed=basis.seed, version=basis.data_version),
    )
