"""Everything the report page shows, gathered from one stored result for one language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from anshin.console.diagnosis import charts
from anshin.console.diagnosis.models import Diagnosis
from anshin.console.diagnosis.wording import EVIDENCE, GRADES, STATES, amount_text, used_text
from anshin.console.people.models import Organisation
from anshin.risk.document import CoverResult, Estimate, LossResult
from anshin.risk.report import build
from anshin.risk.report.amounts import about, exact, percent
from anshin.risk.text import Language

KIND_ORDER = {"answer": 0, "method": 1, "parameter": 2}


@dataclass(frozen=True, slots=True)
class Number:
    """One of the three numbers, and what stands behind it."""

    key: str
    title: str
    about: str
    exact: str
    low: str
    high: str
    error: str
    how: str


def read_result(row: Diagnosis) -> LossResult | None:
    """Return the stored document; None when it was written by a version of Anshin that this one cannot read."""
    try:
        return LossResult.model_validate(row.result)
    except ValidationError:
        return None


def named(result: LossResult, organisation: Organisation, language: Language) -> LossResult:
    """Return the result under the company's name in `language`."""
    name = organisation.name_en if language == "en" and organisation.name_en else result.company
    return result.model_copy(update={"company": name})


def report_of(result: LossResult, language: Language) -> dict[str, Any]:
    """Return what the report needs, on the page and on paper."""
    pack = result.covers[0] if result.covers else None
    return {
        "result": result,
        "report": build(result, language),
        "curves": [_curve(result, pack, language, 720, 360), _curve(result, pack, language, 280, 280)],
        "curve_title": curve_title(result, pack, language),
        "curve_rows": _curve_rows(result, pack, language),
        "numbers": three_numbers(result, language),
        "scenarios": [
            {
                "title": s.title.text(language),
                "story": s.story.text(language),
                "applies": s.applies,
                "why_not": s.why_not.text(language) if s.why_not else "",
                "events": percent(s.frequency.value) if s.frequency.value < 1 else f"{s.frequency.value:.1f}",
                "mean": exact(s.mean, language),
                "share": percent(s.share),
                "width": round(s.share * 100, 1),
                "serious": exact(s.mean_serious_event, language),
                "hundred": exact(s.one_in_100, language),
            }
            for s in result.scenarios
        ],
        "items": [
            {
                "title": i.title.text(language),
                "mean": exact(i.mean, language),
                "bad": exact(i.bad_year_mean, language),
                "width": round(i.mean / (result.items[0].mean or 1) * 100, 1),
            }
            for i in result.items
        ],
        "bars": [
            {
                "bar": bar,
                "title": bar.driver.title.text(language),
                "low": exact(bar.driver.mean_at_low, language),
                "high": exact(bar.driver.mean_at_high, language),
                "source": bar.driver.source,
                "grade": GRADES[bar.driver.grade],
            }
            for bar in charts.tornado(result.drivers, result.total.mean.value)
        ],
        "controls": controls_of(result, language),
        "covers": [_cover(cover, language) for cover in result.covers],
        "facts": [
            {
                "title": f.title.text(language),
                "value": used_text(f.question, f.value, language),
                "evidence": EVIDENCE[f.evidence],
                "dated": f.dated,
            }
            for f in result.facts
        ],
        "assumptions": assumptions_of(result, language),
        "like": [
            (_("Mean of a year"), exact(result.total.mean.value, language), exact(result.like_firms.mean, language)),
            (
                _("1-in-10 year"),
                exact(result.total.one_in_10.value, language),
                exact(result.like_firms.one_in_10, language),
            ),
            (
                _("1-in-100 year"),
                exact(result.total.one_in_100.value, language),
                exact(result.like_firms.one_in_100, language),
            ),
        ],
        "like_basis": result.like_firms.basis.text(language),
    }


def three_numbers(result: LossResult, language: Language) -> list[Number]:
    """Return the typical bad year, the 1-in-10 and the 1-in-100 year."""
    total = result.total

    def estimated(key: str, title: str, found: Estimate, how: str) -> Number:
        low, high, error = (exact(v, language) for v in (found.low, found.high, found.standard_error))
        return Number(key, title, about(found.value, language), exact(found.value, language), low, high, error, how)

    typical = total.typical_loss_year
    return [
        Number(
            "typical",
            _("A usual year with a loss"),
            about(typical, language),
            exact(typical, language),
            "",
            "",
            "",
            _("The median of the simulated years that have a loss at all. In %(quiet)s of the years there is none.")
            % {"quiet": percent(total.p_no_loss)},
        ),
        estimated(
            "ten",
            _("1-in-10 year"),
            total.one_in_10,
            _("One simulated year in ten costs this much or more: all accidents of the year together."),
        ),
        estimated(
            "hundred",
            _("1-in-100 year"),
            total.one_in_100,
            _("One simulated year in a hundred costs this much or more: all accidents of the year together."),
        ),
    ]


def curve_title(result: LossResult, pack: CoverResult | None, language: Language) -> str:
    """Return the sentence that the picture proves."""
    before = result.total.one_in_100.value
    if pack is None:
        return _("One year in a hundred costs %(amount)s or more.") % {"amount": about(before, language)}
    after = pack.remaining.one_in_100.value
    words = {"before": about(before, language), "after": about(after, language)}
    return _("With the cover, a 1-in-100 year leaves you with %(after)s instead of %(before)s.") % words


def _curve(result: LossResult, pack: CoverResult | None, language: Language, width: int, height: int) -> charts.Curve:
    series = [("gross", _("Without cover"), result.total.curve)]
    if pack is not None:
        series.append(("net", _("With the pack's cover"), pack.remaining.curve))
    return charts.curve(series, language, width=width, height=height)


def _curve_rows(result: LossResult, pack: CoverResult | None, language: Language) -> list[dict[str, str]]:
    net = {p.return_period: p for p in pack.remaining.curve} if pack else {}
    return [
        {
            "period": f"{p.return_period:g}",
            "gross": exact(p.aggregate, language),
            "low": exact(p.aggregate_low, language),
            "high": exact(p.aggregate_high, language),
            "net": exact(net[p.return_period].aggregate, language) if p.return_period in net else "–",
            "largest": exact(p.occurrence, language),
        }
        for p in result.total.curve
    ]


def controls_of(result: LossResult, language: Language) -> list[dict[str, Any]]:
    """Return the controls that concern the company, what saves most first."""
    return [
        {
            "id": c.id,
            "title": c.title.text(language),
            "action": c.action.text(language),
            "state": STATES[c.state],
            "open": c.state in {"missing", "partly", "unknown"},
            "evidence": EVIDENCE[c.evidence],
            "dated": c.dated,
            "saves_now": exact(c.saves_now, language),
            "could_save": exact(c.could_save, language),
            "could_save_ten": exact(c.could_save_one_in_10, language),
            "cost": exact(c.cost, language),
            "source": c.cost_source,
            "grade": GRADES[c.cost_grade],
        }
        for c in result.controls
        if c.state != "not_applicable"
    ]


def _cover(cover: CoverResult, language: Language) -> dict[str, Any]:
    parts = (
        ("paid", _("Paid by the cover")),
        ("never_insured", _("Ransom and transferred money: no cover pays")),
        ("not_covered", _("Kinds of cost that this cover leaves out")),
        ("own_share", _("Your own share (deductible, waiting period)")),
        ("over_limit", _("Above the limit")),
    )
    rows = [
        (name, key, exact(getattr(cover.expected, key), language), exact(getattr(cover.bad_year, key), language))
        for key, name in parts
    ]
    return {
        "title": cover.title.text(language),
        "limit": exact(cover.limit, language),
        "rows": rows,
        "total": (exact(cover.expected.total, language), exact(cover.bad_year.total, language)),
        "used": percent(cover.p_used),
        "exhausted": percent(cover.p_exhausted),
        "exhausted_serious": percent(cover.p_exhausted_if_serious),
    }


def assumptions_of(result: LossResult, language: Language) -> list[dict[str, Any]]:
    """Return everything the figures stand on, missing answers first."""
    ordered = sorted(result.assumptions, key=lambda one: (KIND_ORDER[one.kind], one.id))
    return [
        {
            "id": a.id,
            "title": a.title.text(language),
            "value": amount_text(a.value, a.unit, language),
            "source": a.source,
            "date": a.date,
            "grade": GRADES[a.grade],
            "note": a.note.text(language) if a.note else "",
        }
        for a in ordered
    ]


def trend_of(rows: Sequence[Diagnosis], language: Language) -> dict[str, Any]:
    """Return the history, newest first, and the small line of the 1-in-10 year."""
    found: list[dict[str, Any]] = [
        {
            "row": row,
            "mean": exact(row.mean or 0, language),
            "ten": exact(row.one_in_10 or 0, language),
            "hundred": exact(row.one_in_100 or 0, language),
        }
        for row in rows
    ]
    values = [row.one_in_10 or 0 for row in reversed(rows)]
    return {"rows": found, "spark": charts.spark(values, width=320, height=80), "several": len(rows) > 1}


def too_old(answered_on: date, today: date, valid_days: int) -> bool:
    """Whether answers no longer say how the company is."""
    return (today - answered_on).days > valid_days
