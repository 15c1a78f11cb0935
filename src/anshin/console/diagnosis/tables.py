"""The report's tables as rows for CSV: whole yen as plain numbers, so that a spreadsheet can add them up."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from anshin.console.diagnosis.wording import EVIDENCE, GRADES, STATES
from anshin.risk.document import LossResult
from anshin.risk.text import Language

Table = tuple[list[str], list[list[object]]]


def _curve(result: LossResult, language: Language) -> Table:
    covers = [
        (c.title.text(language), {p.return_period: p.aggregate for p in c.remaining.curve}) for c in result.covers
    ]
    header = [
        _("Once in … years"),
        _("Without cover"),
        _("Low (10th percentile)"),
        _("High (90th percentile)"),
        _("Largest single accident"),
    ]
    rows: list[list[object]] = [
        [f"{p.return_period:g}", p.aggregate, p.aggregate_low, p.aggregate_high, p.occurrence]
        + [curve.get(p.return_period, "") for _title, curve in covers]
        for p in result.total.curve
    ]
    return [*header, *(title for title, _points in covers)], rows


def _scenarios(result: LossResult, language: Language) -> Table:
    header = [
        _("Accident"),
        _("Events a year"),
        _("Mean of a year"),
        _("Share"),
        _("One serious accident"),
        _("1-in-100 year"),
    ]
    return header, [
        [s.title.text(language), s.frequency.value, s.mean, s.share, s.mean_serious_event, s.one_in_100]
        for s in result.scenarios
    ]


def _items(result: LossResult, language: Language) -> Table:
    header = [_("Kind of cost"), _("Mean of a year"), _("Mean of a bad year")]
    return header, [[i.title.text(language), i.mean, i.bad_year_mean] for i in result.items]


def _controls(result: LossResult, language: Language) -> Table:
    header = [
        _("Control"),
        _("State"),
        _("How it is known"),
        _("Date"),
        _("Saves now"),
        _("Could save"),
        _("Cost a year"),
        _("Source"),
    ]
    return header, [
        [
            c.title.text(language),
            STATES[c.state],
            EVIDENCE[c.evidence],
            c.dated,
            c.saves_now,
            c.could_save,
            c.cost,
            c.cost_source,
        ]
        for c in result.controls
    ]


def _drivers(result: LossResult, language: Language) -> Table:
    header = [
        _("What the result hangs on"),
        _("Mean at its low end"),
        _("Mean at its high end"),
        _("Source"),
        _("Sureness"),
    ]
    return header, [
        [d.title.text(language), d.mean_at_low, d.mean_at_high, d.source, GRADES[d.grade]] for d in result.drivers
    ]


def _assumptions(result: LossResult, language: Language) -> Table:
    header = [_("Assumption"), _("Value"), _("Unit"), _("Source"), _("Date"), _("Sureness"), _("How it may mislead")]
    return header, [
        [
            a.title.text(language),
            a.value,
            a.unit,
            a.source,
            a.date,
            GRADES[a.grade],
            a.note.text(language) if a.note else "",
        ]
        for a in result.assumptions
    ]


TABLES: dict[str, Callable[[LossResult, Language], Table]] = {
    "curve": _curve,
    "scenarios": _scenarios,
    "items": _items,
    "controls": _controls,
    "drivers": _drivers,
    "assumptions": _assumptions,
}
"""Every table by the name in its address."""
