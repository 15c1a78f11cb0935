"""What can be done with the fleet: by agents, by people, by other apps. Audited where people act.

Not here: HTTP, forms and pages; nor who may reach which object (access).
"""

from anshin.console.fleet.operations.commands import commands_for
from anshin.console.fleet.operations.contact import forget_nonces, hear
from anshin.console.fleet.operations.detections import DetectionFacts, detection_facts, mark_handled, recent_detections
from anshin.console.fleet.operations.devices import rename_device, revoke_device
from anshin.console.fleet.operations.enrolment import enrol, make_enrolment_token, start_enrolment
from anshin.console.fleet.operations.figures import FleetFigures, figures
from anshin.console.fleet.operations.ingest import store_events
from anshin.console.fleet.operations.measured import MeasuredFleet, measured_fleet
from anshin.console.fleet.operations.protection import change_list, current_mode, remove_from_list, set_protection
from anshin.console.fleet.operations.restores import request_restore
from anshin.console.fleet.operations.scans import ask_to_scan, last_scan, scan_state
from anshin.console.fleet.operations.summaries import FleetSummary, summaries
from anshin.console.fleet.operations.systems import usual_systems

__all__ = [
    "DetectionFacts",
    "FleetFigures",
    "FleetSummary",
    "MeasuredFleet",
    "ask_to_scan",
    "change_list",
    "commands_for",
    "current_mode",
    "detection_facts",
    "enrol",
    "figures",
    "forget_nonces",
    "hear",
    "last_scan",
    "make_enrolment_token",
    "mark_handled",
    "measured_fleet",
    "recent_detections",
    "remove_from_list",
    "rename_device",
    "request_restore",
    "revoke_device",
    "scan_state",
    "set_protection",
    "start_enrolment",
    "store_events",
    "summaries",
    "usual_systems",
]
