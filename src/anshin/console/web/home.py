"""How a company is, in one word with its causes, and the one thing to do next. Pure: figures in, codes out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Fleet(Protocol):
    """The figures of the devices that are looked at here (fleet.operations.FleetSummary)."""

    @property
    def total(self) -> int:
        """Devices that are enrolled."""

    @property
    def safe(self) -> int:
        """Of these, protected."""

    @property
    def attention(self) -> int:
        """Of these, in need of a look."""

    @property
    def urgent(self) -> int:
        """Of these, with a dangerous file in place."""

    @property
    def unknown(self) -> int:
        """Of these, never heard."""

    @property
    def unhandled(self) -> int:
        """Detections that nobody has dealt with."""

    @property
    def not_blocked(self) -> int:
        """Of these, dangerous files that are still in place."""


class Cases(Protocol):
    """The figures of the cases that are looked at here (cases.operations.CaseSummary)."""

    @property
    def open(self) -> int:
        """Cases that are not closed."""

    @property
    def with_desk(self) -> int:
        """Of these, in the hands of the desk."""


class State(StrEnum):
    """How a company is. The shapes and words stand in `web/parts/status.html`."""

    SAFE = "safe"
    ATTENTION = "attention"
    URGENT = "urgent"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """What decides the state. Each has a sentence in `home_page.py`."""

    NOT_BLOCKED = "not_blocked"
    CASE_OPEN = "case_open"
    UNHANDLED = "unhandled"
    DEVICE_ATTENTION = "device_attention"
    DEVICE_UNKNOWN = "device_unknown"
    WITH_DESK = "with_desk"
    NO_DEVICE = "no_device"
    NEVER_HEARD = "never_heard"
    ALL_SAFE = "all_safe"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The state, the heaviest reason for it, and how many things that reason counts."""

    state: State
    reason: Reason
    count: int


class Action(StrEnum):
    """The one thing to do next."""

    STOP_FILE = "stop_file"
    ADD_DEVICE = "add_device"
    TEST_FILE = "test_file"
    WORK_CASE = "work_case"
    LOOK_AT_DETECTIONS = "look_at_detections"
    LOOK_AT_DEVICES = "look_at_devices"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """Whether the steps of the beginning are done. Each is closed by a fact, never by a click."""

    device_heard: bool
    file_caught: bool
    case_worked: bool

    @property
    def done(self) -> bool:
        """Whether all are done."""
        return self.device_heard and self.file_caught and self.case_worked


def own_cases(cases: Cases) -> int:
    """Return how many open cases are with the company itself."""
    return cases.open - cases.with_desk


def uncased(fleet: Fleet, cases: Cases) -> int:
    """Return how many detections wait for a person and are not visibly in a case.

    A case carries its detections, several at times, so they count by themselves only while no case is open.
    """
    return 0 if cases.open else fleet.unhandled


def judge(fleet: Fleet, cases: Cases) -> Judgement:
    """Return how the company is. A dangerous file in place outweighs everything; not knowing is never called safe."""
    weighed = (
        (State.URGENT, Reason.NOT_BLOCKED, fleet.not_blocked),
        (State.ATTENTION, Reason.CASE_OPEN, own_cases(cases)),
        (State.ATTENTION, Reason.UNHANDLED, uncased(fleet, cases)),
        (State.ATTENTION, Reason.DEVICE_ATTENTION, fleet.attention + fleet.urgent),
        (State.ATTENTION, Reason.WITH_DESK, cases.with_desk),
    )
    for state, reason, count in weighed:
        if count:
            return Judgement(state, reason, count)
    if not fleet.total:
        return Judgement(State.UNKNOWN, Reason.NO_DEVICE, 0)
    if fleet.unknown == fleet.total:
        return Judgement(State.UNKNOWN, Reason.NEVER_HEARD, fleet.total)
    if fleet.unknown:
        return Judgement(State.ATTENTION, Reason.DEVICE_UNKNOWN, fleet.unknown)
    return Judgement(State.SAFE, Reason.ALL_SAFE, fleet.total)


def attention_count(fleet: Fleet, cases: Cases) -> int:
    """Return how many things wait for a person of the company: the number in the browser's title."""
    return own_cases(cases) + uncased(fleet, cases) + fleet.attention


def next_action(fleet: Fleet, cases: Cases, first: FirstSteps) -> Action:
    """Return the one thing to do next: danger first, then the beginning, then what is open."""
    if fleet.not_blocked:
        return Action.STOP_FILE
    if not first.device_heard:
        return Action.ADD_DEVICE
    if not first.file_caught:
        return Action.TEST_FILE
    if own_cases(cases):
        return Action.WORK_CASE
    if uncased(fleet, cases):
        return Action.LOOK_AT_DETECTIONS
    if fleet.attention or fleet.unknown:
        return Action.LOOK_AT_DEVICES
    return Action.NOTHING
