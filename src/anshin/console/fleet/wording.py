"""The sentences of the fleet: states, causes, outcomes and refusals in words a person understands."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anshin.console.fleet.models import Detection
from anshin.console.fleet.operations.restores import RestoreStage
from anshin.console.fleet.operations.scans import ScanStage
from anshin.console.fleet.status import Cause, State

Text = str | Promise

STATES: dict[State, Text] = {
    State.SAFE: _("Protected"),
    State.ATTENTION: _("Needs a look"),
    State.URGENT: _("Urgent"),
    State.UNKNOWN: _("Not known"),
}
CAUSES: dict[Cause, Text] = {
    Cause.NOT_BLOCKED: _("A dangerous file was found and is still in place"),
    Cause.SILENT: _("Nothing heard for more than 5 minutes (switched off, or not connected)"),
    Cause.WATCH_ONLY: _("Only reports dangerous files, does not stop them"),
    Cause.OLD_RULES: _("The protection program is older than the console's"),
    Cause.SPOOL_STUCK: _("Reports have been waiting on the PC for more than 5 minutes"),
    Cause.CLOCK_OFF: _("The PC's clock is off by more than 5 minutes"),
    Cause.NEVER_HEARD: _("Enrolled, but not heard yet"),
    Cause.REVOKED: _("Enrolment ended; no longer protected by Anshin"),
}
HEADLINES: dict[str, Text] = {
    Detection.Outcome.BLOCKED: _("A dangerous file was stopped"),
    Detection.Outcome.NOT_BLOCKED: _("A dangerous file is still in place"),
    Detection.Outcome.SUSPICIOUS: _("A suspicious file was found"),
    Detection.Outcome.RESTORED: _("A file was put back from quarantine"),
}
STOPPED: dict[str, Text] = {
    Detection.Outcome.BLOCKED: _("Yes. It was taken away into quarantine and is no longer where it was."),
    Detection.Outcome.NOT_BLOCKED: _("No. The file is still where it was found. Do not open it."),
    Detection.Outcome.SUSPICIOUS: _("It was left where it was, because it is not certain that it is dangerous."),
    Detection.Outcome.RESTORED: _("It was stopped first; then a person put it back where it was."),
}
DONE: dict[str, Text] = {
    Detection.Outcome.BLOCKED: _("The file was encrypted and put into quarantine on this PC, and a case was opened."),
    Detection.Outcome.NOT_BLOCKED: _("The file was reported and a case was opened. It could not be moved away."),
    Detection.Outcome.SUSPICIOUS: _("The file was reported and a case was opened."),
    Detection.Outcome.RESTORED: _("Who put it back, and why, was written down."),
}
STAGES: dict[RestoreStage, Text] = {
    RestoreStage.NONE: _("Nothing of it is in quarantine."),
    RestoreStage.HELD: _("In quarantine on this PC."),
    RestoreStage.ASKED: _("Restore asked for. Waiting for the PC to answer."),
    RestoreStage.SENT: _("The PC has received the request and is putting the file back."),
    RestoreStage.EXPIRED: _(
        "The PC was not heard within 24 hours. The file is still in quarantine; you may ask again."
    ),
    RestoreStage.RESTORED: _("Put back where it was."),
    RestoreStage.FAILED: _("Could not be put back. The file is still in quarantine."),
}
RESTORE_REFUSED: dict[str, Text] = {
    "no_item": _("There is nothing in quarantine for this detection."),
    "restored": _("The file has been put back already."),
    "under_way": _("A restore has been asked for already. Wait for the PC to answer."),
    "device_revoked": _("This PC's enrolment has ended, so it takes no requests. Enrol it again first."),
}
SCANS: dict[ScanStage, Text] = {
    ScanStage.ASKED: _("Waiting for the PC. If it is switched off, it begins when it is switched on."),
    ScanStage.SENT: _("The PC is examining its files."),
    ScanStage.DONE: _("Finished."),
    ScanStage.FAILED: _("Could not be finished."),
    ScanStage.EXPIRED: _("No answer within 24 hours. Ask again when the PC is switched on."),
}
SCAN_REFUSED: dict[str, Text] = {
    "no_device": _("There is no PC that could be asked. Add a device first."),
    "under_way": _("An examination has been asked for already and is not finished. Wait for the PCs to answer."),
    "device_revoked": _("This PC's enrolment has ended, so it takes no requests. Enrol it again first."),
    "sample": _("This is a sample. No agent stands behind it, so it cannot be asked for anything."),
}
VERDICTS: dict[str, Text] = {
    "clean": _("Nothing found"),
    "suspicious": _("Suspicious"),
    "malicious": _("Dangerous"),
    "incomplete": _("Not fully examined"),
    "unreadable": _("Could not be read"),
}


def detection_state(detection: Detection) -> State:
    """Return how much a detection presses."""
    if detection.handled_at is not None:
        return State.SAFE
    return State.URGENT if detection.outcome == Detection.Outcome.NOT_BLOCKED else State.ATTENTION


def detection_rows(detections: Iterable[Detection]) -> list[tuple[Detection, State, Text]]:
    """Return (detection, state, what happened in words) for the tables that list detections."""
    return [(one, detection_state(one), HEADLINES[one.outcome]) for one in detections]
