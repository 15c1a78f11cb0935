"""What can be done with cases: opened by events, worked on by people, sealed and proven. Audited.

Not here: pages and forms; nor who may reach which case (access).
"""

from anshin.console.cases.operations.custody import (
    VerifiedCase,
    export_evidence,
    verify_all,
    verify_case,
    view_evidence,
)
from anshin.console.cases.operations.desk import close, hand_to_desk, reopen, take
from anshin.console.cases.operations.opening import OpenedCase, note_restore, open_from_detection
from anshin.console.cases.operations.reading import CaseLink, CaseSummary, case_of_detection, desk_queue, summaries
from anshin.console.cases.operations.work import CaseConflict, add_note, tick_step, untick_step

__all__ = [
    "CaseConflict",
    "CaseLink",
    "CaseSummary",
    "OpenedCase",
    "VerifiedCase",
    "add_note",
    "case_of_detection",
    "close",
    "desk_queue",
    "export_evidence",
    "hand_to_desk",
    "note_restore",
    "open_from_detection",
    "reopen",
    "summaries",
    "take",
    "tick_step",
    "untick_step",
    "verify_all",
    "verify_case",
    "view_evidence",
]
