"""The one rule for how a device is, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from anshin.console.fleet.status import Cause, DeviceFacts, State, device_status, is_older

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def ago(**how: float) -> datetime:
    return NOW - timedelta(**how)


@pytest.mark.parametrize(
    ("facts", "state", "causes"),
    [
        (DeviceFacts(ago(seconds=20), agent_version="1.2.0"), State.SAFE, ()),
        (DeviceFacts(ago(minutes=5)), State.SAFE, ()),
        (DeviceFacts(ago(minutes=5, seconds=1)), State.ATTENTION, (Cause.SILENT,)),
        (DeviceFacts(ago(days=9), is_sample=True), State.SAFE, ()),
        (DeviceFacts(ago(seconds=1), watch_only=True), State.ATTENTION, (Cause.WATCH_ONLY,)),
        (DeviceFacts(ago(seconds=1), agent_version="1.1.9"), State.ATTENTION, (Cause.OLD_RULES,)),
        (DeviceFacts(ago(seconds=1), agent_version="1.3.0"), State.SAFE, ()),
        (DeviceFacts(ago(seconds=1), spooled_since=ago(minutes=4)), State.SAFE, ()),
        (DeviceFacts(ago(seconds=1), spooled_since=ago(minutes=6)), State.ATTENTION, (Cause.SPOOL_STUCK,)),
        (DeviceFacts(ago(seconds=1), clock_offset_seconds=300), State.SAFE, ()),
        (DeviceFacts(ago(seconds=1), clock_offset_seconds=-301), State.ATTENTION, (Cause.CLOCK_OFF,)),
        (
            DeviceFacts(ago(hours=1), watch_only=True, clock_offset_seconds=999),
            State.ATTENTION,
            (Cause.SILENT, Cause.WATCH_ONLY, Cause.CLOCK_OFF),
        ),
        (DeviceFacts(ago(seconds=1), not_blocked=1), State.URGENT, (Cause.NOT_BLOCKED,)),
        (DeviceFacts(ago(hours=1), not_blocked=2), State.URGENT, (Cause.NOT_BLOCKED, Cause.SILENT)),
        (DeviceFacts(None), State.UNKNOWN, (Cause.NEVER_HEARD,)),
        (DeviceFacts(None, not_blocked=1), State.URGENT, (Cause.NOT_BLOCKED, Cause.NEVER_HEARD)),
        (DeviceFacts(ago(seconds=1), revoked_at=ago(days=1), not_blocked=1), State.UNKNOWN, (Cause.REVOKED,)),
    ],
)
def test_status(facts, state, causes):
    found = device_status(facts, now=NOW, current_version="1.2.0")
    assert (found.state, found.causes) == (state, causes)


@pytest.mark.parametrize(
    ("version", "than", "older"),
    [
        ("0.9", "0.10", True),
        ("1.0.0", "1.0.0", False),
        ("1.0.1", "1.0.0", False),
        ("", "1.0.0", False),
        ("dev", "1.0", False),
        ("1.0.0.dev3", "1.0.0", False),
    ],
)
def test_is_older(version, than, older):
    assert is_older(version, than) is older
