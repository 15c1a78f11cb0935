"""What can be done with the diagnosis: answer, finish, calculate, try controls, look from outside. Audited.

Not here: pages and forms; nor who may reach which result (access).
"""

from anshin.console.diagnosis.operations.answering import answer, document_of, draft_of, finish, finish_document
from anshin.console.diagnosis.operations.calculating import (
    calculate_waiting,
    keep_current,
    request_diagnosis,
    request_portfolio,
    request_trial,
)
from anshin.console.diagnosis.operations.facts import measured_facts
from anshin.console.diagnosis.operations.outside import look_outside, outside_is_on, set_domain
from anshin.console.diagnosis.operations.reading import DiagnosisSummary, summaries

__all__ = [
    "DiagnosisSummary",
    "answer",
    "calculate_waiting",
    "document_of",
    "draft_of",
    "finish",
    "finish_document",
    "keep_current",
    "look_outside",
    "measured_facts",
    "outside_is_on",
    "request_diagnosis",
    "request_portfolio",
    "request_trial",
    "set_domain",
    "summaries",
]
