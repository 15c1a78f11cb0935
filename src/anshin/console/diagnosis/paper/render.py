"""Turns a result into a PDF. Typst runs in a child process, so that a hang or a crash ends with it."""

import json
import re
import subprocess
import sys
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anshin.console.diagnosis.paper.font import FAMILY, font_folder
from anshin.console.diagnosis.report_page import curve_title, report_of
from anshin.console.diagnosis.wording import amount_text
from anshin.risk.document import Assumption, LossResult
from anshin.risk.report import CustomerReport
from anshin.risk.text import Language

SECONDS = 30.0
INKS = (
    "<style>text{font-family:IPAexGothic;fill:#1a1a1a;font-size:14px}.chart-tick{fill:#4d4d4d;font-size:13px}"
    ".chart-label-net{fill:#0055ad}.chart-grid{stroke:#cccccc;stroke-width:1}.chart-axis,.chart-lead{stroke:#8a8a8a}"
    ".chart-line{fill:none;stroke-width:3}.chart-line-gross{stroke:#1a1a1a}.chart-line-net{stroke:#0055ad}"
    ".chart-band{opacity:.14}.chart-band-gross{fill:#1a1a1a}.chart-band-net{fill:#0055ad}</style>"
)
"""The page's inks on white paper: an SVG inside a PDF has no style sheet of the page."""


class PaperError(RuntimeError):
    """The paper could not be set; the report itself is untouched."""


def firm_paper(result: LossResult, language: Language) -> bytes:
    """Return the two pages for the president. Raises PaperError."""
    shown = report_of(result, language)
    report = shown["report"]
    context = {"curve": shown["curves"][0], "small": False, "curve_title": shown["curve_title"], "chart_style": INKS}
    document = {
        **_frame(report.title, result, language),
        "subtitle": report.subtitle,
        "headline": report.headline,
        "sentences": list(report.sentences),
        "chart": render_to_string("diagnosis/parts/curve.html", context),
        "chart_title": curve_title(result, result.covers[0] if result.covers else None, language),
        "chart_note": _("The shaded band holds the curve for eight in ten sets of the uncertain figures."),
        "numbers": [{"title": n.title, "about": n.about, "range": _range(n.low, n.high)} for n in shown["numbers"]],
        "actions_title": report.actions_title,
        "actions": [a.model_dump() for a in report.actions],
        "needs_title": report.needs_title,
        "needs": [n.model_dump() for n in report.needs],
        "needs_sum": report.needs_sum,
        "covers_title": report.covers_title,
        "cover": " ".join(report.covers[0].sentences) if report.covers else "",
        "covers_note": report.covers_note,
        "like_title": _("Compared with firms like yours"),
        "like": [list(row) for row in shown["like"]],
        "like_head": [_("Figure"), _("This company"), _("Firms like yours")],
        "assumptions_title": report.assumptions_title,
        "assumptions": list(report.assumptions),
        "answers_title": _("The answers and measurements that were used"),
        "answers": [
            f"{f['title']} {f['value']} [{f['evidence']}{', ' + date_format(f['dated']) if f['dated'] else ''}]"
            for f in shown["facts"]
        ],
        **_compact(result.assumptions, language),
    }
    return _set("firm", document, result)


def customer_paper(report: CustomerReport, result: LossResult) -> bytes:
    """Return the page for customers. Raises PaperError."""
    document = {**_frame(report.title, result, report.language), **report.model_dump()}
    document["note"] = _("The company states this about itself. It is not a certificate.")
    return _set("customer", document, result)


def _frame(title: str, result: LossResult, language: Language) -> dict[str, Any]:
    basis = result.basis
    foot = _("Anshin %(version)s, data %(data)s (%(hash)s), as of %(day)s") % {
        "version": basis.version,
        "data": basis.data_version,
        "hash": basis.data_hash[:12],
        "day": date_format(basis.as_of),
    }
    return {"title": title, "company": result.company, "language": language, "family": FAMILY, "foot": foot}


def _range(low: str, high: str) -> str:
    return _("%(low)s to %(high)s") % {"low": low, "high": high} if low else ""


def _compact(assumptions: tuple[Assumption, ...], language: Language) -> dict[str, Any]:
    """Return all assumptions by what they belong to, with numbers for sources and letters for sureness."""
    letters = {"certain": "A", "estimated": "B", "guess": "C"}
    separator = "：" if language == "ja" else ": "
    sources: dict[str, int] = {}
    groups: dict[str, list[str]] = {}
    for one in assumptions:
        source = f"{one.source} ({one.date})"
        number = sources.setdefault(source, len(sources) + 1)
        head, found, rest = one.title.text(language).partition(separator)
        value = amount_text(re.sub(r" ?\(10–90 %\)", "", one.value), one.unit, language)
        name = rest if found else head
        group = head if found else {"answer": _("Answers that were missing"), "method": _("Method")}.get(
            one.kind, _("Common to all")
        )  # fmt: skip
        groups.setdefault(group, []).append(f"{name} {value} [{number}{letters[one.grade]}]")
    return {
        "groups": [{"title": title, "text": " · ".join(lines)} for title, lines in groups.items()],
        "sources_title": _("Sources"),
        "sources": [f"[{number}] {source}" for source, number in sources.items()],
        "legend": _(
            "How to read: what, its value (two figures: 10th and 90th percentile; three: low, most likely, high), "
            "unit (none: a share or a factor), [source, A certain, B estimated from published data, C our judgement]."
        ),
    }


def _set(template: str, document: dict[str, Any], result: LossResult) -> bytes:
    asked = {
        "template": template,
        "document": document,
        "fonts": str(font_folder()),
        "date": result.basis.as_of.isoformat(),
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "anshin.console.diagnosis.paper.child"],
            input=json.dumps(asked, ensure_ascii=False).encode(),
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise PaperError(f"typst took longer than {SECONDS:g} s") from error
    except subprocess.CalledProcessError as error:
        raise PaperError(error.stderr.decode(errors="replace")[-2000:]) from error
    return done.stdout
