"""Everything the case room shows, gathered for one language."""

from dataclasses import dataclass
from datetime import datetime
from itertools import chain as concatenate
from typing import Any

from anshin.console.cases.facts import facts_of
from anshin.console.cases.models import CaseStep, Incident
from anshin.console.cases.wording import (
    custody_sentence,
    in_language,
    note_sentence,
    status_of,
    stopped_of,
    title_of,
)


@dataclass(frozen=True, slots=True)
class StepView:
    """A step in the reader's language. `current` marks the one to do now."""

    row: CaseStep
    words: dict[str, Any]
    current: bool


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of the timeline: when, who, what. `written` tells a person's own words from Anshin's."""

    at: datetime
    who: str
    text: str
    kind: str  # note, system, custody


def room_of(incident: Incident, language: str) -> dict[str, Any]:
    """Return what the template of the case room needs."""
    steps = list(incident.steps.all())
    first_open = next((step.id for step in steps if step.done_at is None), None)
    pieces = list(incident.evidence.all())
    return {
        "incident": incident,
        "title": title_of(incident, language),
        "stopped": stopped_of(incident, language),
        "status": status_of(incident),
        "steps": [StepView(step, in_language(step.document, language), step.id == first_open) for step in steps],
        "steps_left": sum(step.done_at is None for step in steps),
        "facts": facts_of(incident, pieces[0] if pieces else None),
        "pieces": pieces,
        "timeline": timeline_of(incident, language),
    }


def timeline_of(incident: Incident, language: str) -> list[TimelineEntry]:
    """Return notes, acts and custody of a case in one line, newest first."""
    notes = (
        TimelineEntry(note.at, note.author_name, note_sentence(note, language), "system" if note.code else "note")
        for note in incident.notes.all()
    )
    custody = (
        TimelineEntry(entry.at, entry.actor_name, custody_sentence(entry), "custody")
        for entry in incident.custody.all()
    )
    return sorted(concatenate(custody, notes), key=lambda entry: entry.at, reverse=True)
