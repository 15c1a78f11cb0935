"""What the home page shows: figures of the other apps, the sentence over them, and where each figure leads."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from anshin.console.audit.access import LogFilter, entries_for
from anshin.console.audit.catalogue import doer
from anshin.console.audit.catalogue import sentence as log_sentence
from anshin.console.audit.operations import has_acted
from anshin.console.cases import operations as cases
from anshin.console.diagnosis.home_card import loss_card
from anshin.console.fleet import operations as fleet
from anshin.console.fleet.wording import HEADLINES, detection_rows
from anshin.console.people.access import Actor
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Permission
from anshin.console.web.home import (
    Action,
    FirstSteps,
    Judgement,
    Reason,
    State,
    attention_count,
    judge,
    next_action,
    own_cases,
)
from anshin.console.web.live import render_part

CASE_WORK = ("case.step_done", "case.note_added", "case.handed_over", "case.closed")
"""What a person does on a case: any of it closes the last step of the beginning."""

TEST_FILE = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")
"""The industry's harmless test file, in two halves, so that no antivirus takes this program for it (eicar.org)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the home page and the browser's title are computed from."""

    fleet: fleet.FleetSummary
    cases: cases.CaseSummary

    @property
    def waiting(self) -> int:
        """How many things wait for a person."""
        return attention_count(self.fleet, self.cases)


def figures_of(organisation: Organisation) -> Figures:
    """Read the figures of one company."""
    return Figures(fleet.summaries([organisation])[organisation.id], cases.summaries([organisation])[organisation.id])


def waiting_for(actor: Actor) -> int:
    """Return how many things wait for a person: of the company, or at the desk for someone who works there."""
    if actor.organisation.kind == Organisation.Kind.CUSTOMER:
        return figures_of(actor.organisation).waiting
    return len(cases.desk_queue(actor=actor)) if actor.may(Permission.CASE_DESK) else 0


def sentence(found: Judgement) -> str:
    """Return the one sentence that answers how the company is."""
    n = found.count
    sentences = {
        Reason.NOT_BLOCKED: ngettext(
            "Urgent: %(n)d dangerous file is still in place.", "Urgent: %(n)d dangerous files are still in place.", n
        ),
        Reason.CASE_OPEN: ngettext("Needs a look: %(n)d case is open.", "Needs a look: %(n)d cases are open.", n),
        Reason.UNHANDLED: ngettext(
            "Needs a look: nobody has dealt with %(n)d detection.",
            "Needs a look: nobody has dealt with %(n)d detections.",
            n,
        ),
        Reason.DEVICE_ATTENTION: ngettext(
            "Needs a look: %(n)d device is not fully protected.",
            "Needs a look: %(n)d devices are not fully protected.",
            n,
        ),
        Reason.DEVICE_UNKNOWN: ngettext(
            "Needs a look: %(n)d device has not been heard yet.",
            "Needs a look: %(n)d devices have not been heard yet.",
            n,
        ),
        Reason.WITH_DESK: ngettext(
            "Needs a look, but not from you: the desk is working on %(n)d case.",
            "Needs a look, but not from you: the desk is working on %(n)d cases.",
            n,
        ),
        Reason.NO_DEVICE: _("Not known: no device is connected yet."),
        Reason.NEVER_HEARD: _("Not known: no device has been heard yet."),
        Reason.ALL_SAFE: _("Safe: every device is protected, and nothing needs you."),
    }
    return sentences[found.reason] % {"n": n}


def status_context(actor: Actor, figures: Figures) -> dict[str, Any]:
    """Return what the sentence with its causes needs."""
    found = judge(figures.fleet, figures.cases)
    return {
        "judgement": found,
        "sentence": sentence(found),
        "figures": figures,
        "own_cases": own_cases(figures.cases),
        "now": timezone.now().replace(second=0, microsecond=0),  # by the minute, or each poll would bring news
        "may_see_detections": actor.may(Permission.DETECTION_VIEW),
        "may_see_cases": actor.may(Permission.CASE_VIEW),
        "live_path": reverse("home_status", kwargs={"organisation_id": actor.organisation.id}),
    }


def cards_context(actor: Actor, figures: Figures) -> dict[str, Any]:
    """Return what the cards below the sentence need."""
    first = FirstSteps(
        device_heard=figures.fleet.total > figures.fleet.unknown,
        file_caught=figures.fleet.last_detection_at is not None,
        case_worked=has_acted(organisation=actor.organisation, actions=CASE_WORK),
    )
    action = next_action(figures.fleet, figures.cases, first)
    return {
        "figures": figures,
        "first": first,
        "action": action,
        "action_url": _address(action, actor),
        "test_file": TEST_FILE,
        "states": _states(figures),
        "mode": fleet.current_mode(),
        "loss": loss_card(actor),
        "last_outcome": _headline(figures.fleet.last_detection_outcome),
        "may_see_detections": actor.may(Permission.DETECTION_VIEW),
        "live_path": reverse("home_cards", kwargs={"organisation_id": actor.organisation.id}),
    }


def home_context(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """Return what the whole page needs; its live parts are rendered once here and ask for themselves later."""
    figures = figures_of(actor.organisation)
    seen, may_see_log = actor.may(Permission.DETECTION_VIEW), actor.may(Permission.AUDIT_VIEW)
    return {
        "attention_count": figures.waiting,
        "status": render_part(request, "web/parts/home_status.html", status_context(actor, figures)),
        "cards": render_part(request, "web/parts/home_cards.html", cards_context(actor, figures)),
        "log": render_part(request, "web/parts/home_log.html", log_context(actor)) if may_see_log else "",
        "may_see_detections": seen,
        "recent": detection_rows(fleet.recent_detections()) if seen else None,
    }


def log_context(actor: Actor, *, limit: int = 5) -> dict[str, Any]:
    """Return the last lines of the company's log in words. Raises PermissionDenied for someone who may not read it."""
    language = get_language() or "ja"
    entries = entries_for(actor, LogFilter())[:limit]
    return {
        "lines": [
            {"entry": one, "who": doer(one, language), "sentence": log_sentence(one, language)} for one in entries
        ],
        "live_path": reverse("home_log", kwargs={"organisation_id": actor.organisation.id}),
    }


def _headline(outcome: str) -> str | Promise:
    return HEADLINES[outcome] if outcome else ""


def _states(figures: Figures) -> list[tuple[State, int]]:
    found = figures.fleet
    return [
        (State.SAFE, found.safe),
        (State.ATTENTION, found.attention),
        (State.URGENT, found.urgent),
        (State.UNKNOWN, found.unknown),
    ]


_TARGETS: dict[Action, tuple[str, str, Permission]] = {
    Action.STOP_FILE: ("detection_list", "?outcome=not_blocked&handled=no", Permission.DETECTION_VIEW),
    Action.ADD_DEVICE: ("device_add", "", Permission.DEVICE_MANAGE),
    Action.WORK_CASE: ("case_list", "?state=open", Permission.CASE_VIEW),
    Action.LOOK_AT_DETECTIONS: ("detection_list", "?handled=no", Permission.DETECTION_VIEW),
    Action.LOOK_AT_DEVICES: ("device_list", "", Permission.DEVICE_VIEW),
}


def _address(action: Action, actor: Actor) -> str:
    """Return where `action` is done; "" when it is done elsewhere, or not by this person."""
    if action not in _TARGETS:
        return ""
    name, query, permission = _TARGETS[action]
    if not actor.may(permission):
        return ""
    return reverse(name, kwargs={"organisation_id": actor.organisation.id}) + query
