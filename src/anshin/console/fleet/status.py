"""The one rule that says how a device is. Pure: facts and a time in, a state with its causes out."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SILENT_AFTER = timedelta(minutes=5)
SPOOL_STUCK_AFTER = timedelta(minutes=5)
CLOCK_OFF_SECONDS = 300.0


class State(StrEnum):
    """How a device is, in the four words that every page uses."""

    SAFE = "safe"
    ATTENTION = "attention"
    URGENT = "urgent"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why a device is not simply safe. Each has a sentence in `wording.py`."""

    NOT_BLOCKED = "not_blocked"
    SILENT = "silent"
    WATCH_ONLY = "watch_only"
    OLD_RULES = "old_rules"
    SPOOL_STUCK = "spool_stuck"
    CLOCK_OFF = "clock_off"
    NEVER_HEARD = "never_heard"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What the rule looks at. `not_blocked` counts malicious files that are still in place and nobody has handled."""

    last_seen_at: datetime | None
    revoked_at: datetime | None = None
    watch_only: bool = False
    agent_version: str = ""
    spooled_since: datetime | None = None
    clock_offset_seconds: float = 0.0
    not_blocked: int = 0
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """The state and every cause for it, heaviest first."""

    state: State
    causes: tuple[Cause, ...] = ()


def device_status(facts: DeviceFacts, *, now: datetime, current_version: str) -> DeviceStatus:
    """Return how a device is.

    Rules come with the agent's program, so an agent older than the console (`current_version`) has old rules. A sample
    device of the demonstration has no agent that could fall silent.
    """
    if facts.revoked_at is not None:
        return DeviceStatus(State.UNKNOWN, (Cause.REVOKED,))
    urgent = (Cause.NOT_BLOCKED,) if facts.not_blocked else ()
    if facts.last_seen_at is None:
        return DeviceStatus(State.URGENT if urgent else State.UNKNOWN, (*urgent, Cause.NEVER_HEARD))
    found = {
        Cause.SILENT: not facts.is_sample and now - facts.last_seen_at > SILENT_AFTER,
        Cause.WATCH_ONLY: facts.watch_only,
        Cause.OLD_RULES: is_older(facts.agent_version, current_version),
        Cause.SPOOL_STUCK: facts.spooled_since is not None and now - facts.spooled_since > SPOOL_STUCK_AFTER,
        Cause.CLOCK_OFF: abs(facts.clock_offset_seconds) > CLOCK_OFF_SECONDS,
    }
    attention = tuple(cause for cause, holds in found.items() if holds)
    if urgent:
        return DeviceStatus(State.URGENT, urgent + attention)
    return DeviceStatus(State.ATTENTION, attention) if attention else DeviceStatus(State.SAFE)


def is_older(version: str, than: str) -> bool:
    """Whether `version` comes before `than`; a version without any number cannot be judged and counts as current."""
    numbers, others = (tuple(int(n) for n in re.findall(r"\d+", v)[:3]) for v in (version, than))
    return bool(numbers) and numbers < others
