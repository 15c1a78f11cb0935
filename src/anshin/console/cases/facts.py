"""What is known of a case: each fact with where it comes from and how certain it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anshin.console.cases.models import Evidence, Incident

Text = str | Promise
CERTAIN, REPORTED, ESTIMATED = _("certain"), _("as reported"), _("estimated")
_CLOCK_DOUBT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. `value` is text, or a moment that the page writes in the reader's form."""

    label: Text
    value: str | datetime
    source: Text
    certainty: Text
    exact: bool = False  # hashes and paths are set in a fixed-width face


def facts_of(incident: Incident, first: Evidence | None) -> list[Fact]:
    """Return the facts of a case, the most telling first. `first` is its oldest evidence."""
    content = json.loads(first.content) if first else {}
    return [*_of_the_file(incident, content), *_of_the_time(incident, content), *_of_the_judgement(content)]


def _of_the_file(incident: Incident, content: dict[str, Any]) -> Iterator[Fact]:
    event = content.get("event", {})
    agent = _("agent on the device, signed")
    yield Fact(_("Device"), incident.device_name, _("console"), CERTAIN)
    yield Fact(_("File"), incident.file_name, agent, CERTAIN)
    if event.get("path"):
        yield Fact(_("Place"), str(event["path"]), agent, CERTAIN, exact=True)
    if incident.sha256:
        yield Fact(_("SHA-256"), incident.sha256, agent, CERTAIN, exact=True)
    if event.get("user"):
        yield Fact(_("Owner of the file"), str(event["user"]), agent, REPORTED)


def _of_the_time(incident: Incident, content: dict[str, Any]) -> Iterator[Fact]:
    offset = abs(float(content.get("event", {}).get("clock_offset_seconds") or 0))
    doubt = ESTIMATED if offset > _CLOCK_DOUBT_SECONDS else REPORTED
    yield Fact(_("Occurred"), incident.occurred_at, _("the device's clock, corrected"), doubt)
    if incident.last_seen_at != incident.occurred_at:
        yield Fact(_("Seen last"), incident.last_seen_at, _("the device's clock, corrected"), doubt)
    yield Fact(_("Case opened"), incident.opened_at, _("the console's clock"), CERTAIN)


def _of_the_judgement(content: dict[str, Any]) -> Iterator[Fact]:
    verdict, tools = content.get("event", {}).get("verdict") or {}, content.get("tools", {})
    if "score" in verdict:
        likely = f"{float(verdict['score']):.0%}"
        source = _("engine %(version)s") % {"version": tools.get("engine", "?")}
        yield Fact(_("Probability that it is malicious"), likely, source, ESTIMATED)
