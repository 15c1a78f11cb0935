"""What the home page says of the possible loss: the 1-in-10 year, its change, what a cover gives back, or the door."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anshin.console.diagnosis import charts
from anshin.console.diagnosis.operations import draft_of, summaries
from anshin.console.people.access import Actor
from anshin.console.people.roles import Permission
from anshin.risk.questionnaire.questions import questionnaire
from anshin.risk.report.amounts import about

if TYPE_CHECKING:
    from anshin.risk.text import Language

LEAST_CHANGE = 0.005
"""A change that rounds to nothing is called none."""


@dataclass(frozen=True, slots=True)
class LossCard:
    """The card. `ten` is empty while there is no result; `answered` then tells how far the questions are."""

    ten: str = ""
    change: str = ""
    covered: str = ""
    spark: str = ""
    answered: int = 0
    total: int = 0
    may_work: bool = False
    todo: str = ""  # the control to begin with
    todo_effect: str = ""


def loss_card(actor: Actor) -> LossCard | None:
    """Return the card for `actor`; None for a role that may not see it."""
    if not actor.may(Permission.DIAGNOSIS_VIEW):
        return None
    summary = summaries([actor.organisation])[actor.organisation.id]
    work = actor.may(Permission.DIAGNOSIS_WORK)
    if summary.id is None:
        return LossCard(answered=len(draft_of()), total=len(questionnaire().questions), may_work=work)
    language: Language = "en" if get_language() == "en" else "ja"
    first = summary.first if summary.first and summary.first["saves"] > 0 else None
    return LossCard(
        todo=str(first[language]) if first else "",
        todo_effect=_("It lowers the possible loss by %(saves)s a year and costs %(cost)s a year.")
        % {"saves": about(first["saves"], language), "cost": about(first["cost"], language)}
        if first
        else "",
        ten=about(summary.one_in_10, language),
        change=_change(summary.change),
        covered=_("In bad years %(paid)s of %(loss)s come back from the pack's cover.")
        % {"paid": about(summary.covered, language), "loss": about(summary.bad_year, language)},
        spark=charts.spark(summary.trend) if len(summary.trend) > 1 else "",
        may_work=work,
    )


def _change(change: float | None) -> str:
    if change is None:
        return ""
    if abs(change) < LEAST_CHANGE:
        return _("About the same as last month")
    return _("%(change)s than last month") % {"change": f"{change:+.0%}".replace("-", "−")}
