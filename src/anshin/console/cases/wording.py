"""The sentences of the cases: what a timeline entry says, what a check found, how certain a fact is."""

from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _

from anshin.console.cases.models import CaseNote, CustodyEvent, Incident

if TYPE_CHECKING:  # operations tell people in these words, so the words must not need the operations
    from anshin.console.cases.operations.custody import VerifiedCase

Text = str | Promise

NOTES: dict[str, Text] = {
    "opened": _("Anshin opened this case: a file was detected on %(device)s."),
    "joined": _("The same file was detected on %(device)s again. Its evidence was added."),
    "step_done": _("Done: %(step)s"),
    "step_undone": _("Put back to undone: %(step)s"),
    "told": _("%(person)s was told by mail."),
    "not_told": _("The mail to %(person)s could not be delivered."),
    "handed_over": _("Handed to the desk."),
    "taken": _("The desk has the case in hand."),
    "closed": _("Closed. Reason: %(reason)s"),
    "reopened": _("Reopened. Reason: %(reason)s"),
    "restored": _("The file was put back from quarantine by %(by)s. Reason: %(reason)s"),
}
CUSTODY: dict[str, Text] = {
    "collect": _("Evidence was taken on the device."),
    "seal": _("Evidence was sealed."),
    "view": _("Evidence was looked at."),
    "export": _("Evidence was exported. Reason: %(reason)s"),
}
FAULTS: dict[str, Text] = {
    "evidence_changed": _("Piece %(position)s of the evidence is not what was sealed."),
    "evidence_missing": _("The piece that custody entry %(position)s names is gone."),
    "evidence_unsealed": _("Custody does not say when piece %(position)s of the evidence was sealed."),
    "custody_broken": _("The custody chain breaks at entry %(position)s."),
}


def note_sentence(note: CaseNote, language: str) -> str:
    """Return what a line of the timeline says: a person's own words, or the sentence of its code."""
    if note.code not in NOTES:
        return note.text or note.code
    values = {"step": "", "device": "", "reason": "", "by": "", "person": ""} | note.data
    values["step"] = note.data.get(f"step_{_short(language)}", "")
    return str(NOTES[note.code] % values)


def custody_sentence(entry: CustodyEvent) -> str:
    """Return what a custody entry says."""
    return str(CUSTODY.get(entry.action, entry.action)) % {"reason": entry.reason}


def verified_sentence(result: "VerifiedCase") -> str:
    """Return what a check of a case found."""
    if result.whole:
        return now("The evidence is whole: %(evidence)s pieces and %(custody)s custody entries were checked.") % {
            "evidence": result.evidence,
            "custody": result.custody,
        }
    found = str(FAULTS[result.code]) % {"position": result.position}
    return found + " " + now("Do not change anything more and call the desk.")


def title_of(incident: Incident, language: str) -> str:
    """Return what happened, in words."""
    return incident.title_ja if _short(language) == "ja" else incident.title_en


def stopped_of(incident: Incident, language: str) -> str:
    """Return whether the danger is over, in words."""
    return incident.stopped_ja if _short(language) == "ja" else incident.stopped_en


def status_of(incident: Incident) -> str:
    """Return the mark of a case: safe, attention or urgent."""
    return "safe" if incident.state == Incident.State.CLOSED else incident.urgency


def in_language(document: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a step's document with each pair of sentences replaced by the one in `language`."""
    return {
        key: value.get(_short(language), value) if isinstance(value, dict) and {"ja", "en"} <= value.keys()
        else in_language(value, language) if isinstance(value, dict) else value
        for key, value in document.items()
    }  # fmt: skip


def _short(language: str) -> str:
    return "ja" if language.startswith("ja") else "en"
