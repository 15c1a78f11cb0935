"""The main menu: only what the role may see and what exists."""

from dataclasses import dataclass
from typing import Literal

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anshin.console.people.access import Actor
from anshin.console.people.models import Organisation
from anshin.console.people.roles import Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu. `place` says in which company's menu it stands, and whose address it leads to."""

    url_name: str
    label: str | Promise
    permission: Permission
    icon: str
    place: Literal["customer", "provider", "both"] = "customer"
    starts_group: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as it is shown to one person on one page. `current` is the value of aria-current, or ""."""

    url: str
    label: str | Promise
    icon: str
    current: str
    starts_group: bool


ENTRIES: tuple[Entry, ...] = (
    Entry("provider_board", _("All companies"), Permission.PROVIDER_VIEW, "company", "provider"),
    Entry("desk_queue", _("The desk's cases"), Permission.CASE_DESK, "desk", "provider"),
    Entry("accumulation", _("Accumulation"), Permission.DIAGNOSIS_VIEW, "yen", "provider"),
    Entry("model_list", _("Models"), Permission.MODEL_REVIEW, "shield", "provider"),
    Entry("false_positive_list", _("False alarms"), Permission.MODEL_REVIEW, "detection", "provider"),
    Entry("home", _("Home"), Permission.COMPANY_VIEW, "home"),
    Entry("device_list", _("Devices"), Permission.DEVICE_VIEW, "device"),
    Entry("detection_list", _("Detections"), Permission.DETECTION_VIEW, "detection"),
    Entry("case_list", _("Cases"), Permission.CASE_VIEW, "case"),
    Entry("diagnosis", _("Diagnosis"), Permission.DIAGNOSIS_VIEW, "yen"),
    Entry("protection", _("Protection"), Permission.DEVICE_VIEW, "shield", starts_group=True),
    Entry("hash_list", _("Allow and block lists"), Permission.DETECTION_VIEW, "list"),
    Entry("people_list", _("People"), Permission.PEOPLE_VIEW, "people", "both", starts_group=True),
    Entry("key_list", _("API keys"), Permission.KEY_MANAGE, "key"),
    Entry("audit_list", _("Log"), Permission.AUDIT_VIEW, "audit", "both"),
)


def address(url_name: str, organisation: Organisation) -> str:
    """Return the address of a page, for this organisation where it has one of its own; "" when there is none."""
    for kwargs in ({"organisation_id": organisation.id}, None):
        try:
            return reverse(url_name, kwargs=kwargs)
        except NoReverseMatch:
            continue
    return ""


def board_address(actor: Actor) -> str:
    """Return where someone of a provider chooses and searches companies; "" for everyone else."""
    return address("provider_board", actor.organisation) if actor.may(Permission.PROVIDER_VIEW) else ""


def navigation(actor: Actor, path: str) -> list[Item]:
    """Return the menu for `actor` on the page at `path`."""
    here = "provider" if actor.organisation.kind == Organisation.Kind.PROVIDER else "customer"
    items = []
    for entry in ENTRIES:
        if entry.place not in {here, "both"} or not actor.may(entry.permission):
            continue
        if url := address(entry.url_name, actor.organisation):
            items.append(Item(url, entry.label, entry.icon, _current(url, entry, path), entry.starts_group))
    return items


def _current(url: str, entry: Entry, path: str) -> str:
    if path == url:
        return "page"
    # A page below an entry belongs to it. Everything lies below the home and the board, so those count only themselves.
    return "true" if path.startswith(url) and entry.url_name not in {"home", "provider_board"} else ""
