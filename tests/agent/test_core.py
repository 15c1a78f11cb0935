"""The state machine: what follows from what, with no clock but the one handed in."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from anshin.agent.core import AFTER_LOSS_SECONDS, FIRST_RETRY_SECONDS, GRACE_SECONDS, LONGEST_RETRY_SECONDS, Core
from anshin.agent.messages import (
    Apply,
    EventsLost,
    Happening,
    Held,
    Hold,
    HoldFailed,
    Judge,
    Judged,
    LinkFailed,
    LinkWorked,
    LookAgain,
    LookThrough,
    MustRetry,
    Noticed,
    Obey,
    Order,
    Remember,
    Report,
    ShiftOffset,
    Spooled,
    Talk,
    Ticked,
)
from anshin.agent.schedule import LONGEST_PAUSE, LinkSchedule
from anshin.agent.sentences import Sentence
from anshin.agent.system.base import FileState
from anshin.wire.documents import Command, CommandKind, EventKind, HeartbeatReply
from tests.agent.conftest import BAD, ODD, PART, make_verdict

STATE = FileState(1, 2, 3, 4, 5)
PATH = b"/home/x"
NOW = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture
def core() -> Core:
    """A core whose link is busy, so that only orders for files come."""
    made = Core(LinkSchedule(30, 2, busy=True))
    made.handle(Ticked(1000.0), 0.0)
    return made


def judged(data: bytes, **more: object) -> Judged:
    values: dict[str, object] = {"restored_here": False, **more}
    return Judged(PATH, STATE, make_verdict(data), **values)  # type: ignore[arg-type]


def tick(core: Core, now: float) -> list[Order]:
    return core.handle(Ticked(1000.0 + now), now)


def test_only_new_states_are_judged(core: Core) -> None:
    assert core.handle(Noticed(PATH, STATE, known=False), 0) == [Judge(PATH)]
    assert core.handle(Noticed(PATH, STATE, known=True), 0) == []
    assert core.handle(Noticed(PATH, None, known=False), 0) == []
    asked = uuid4()
    assert core.handle(Noticed(PATH, STATE, known=True, command_id=asked), 0) == [Judge(PATH, asked)]


def test_what_follows_from_a_verdict(core: Core) -> None:
    assert core.handle(judged(b"fine"), 0) == [Remember(PATH, STATE, make_verdict(b"fine").sha256)]
    assert core.handle(judged(BAD), 0) == [Hold(PATH, make_verdict(BAD))]
    assert core.handle(judged(BAD, restored_here=True), 0) == [Remember(PATH, STATE, make_verdict(BAD).sha256)]
    report, remember = core.handle(judged(ODD), 0)
    assert isinstance(report, Report)
    assert report.kind is EventKind.DETECTION_SUSPICIOUS
    assert isinstance(remember, Remember)


def test_watch_only_reports_and_does_not_settle(core: Core) -> None:
    core.protection = "watch"
    (report,) = core.handle(judged(BAD), 0)
    assert isinstance(report, Report)
    assert report.kind is EventKind.DETECTION_NOT_BLOCKED
    assert report.error.ja
    assert report.error.en


def test_what_could_not_be_scanned_waits_for_the_writer(core: Core) -> None:
    assert core.handle(judged(PART), 0) == []
    assert core.next_due() == GRACE_SECONDS
    assert tick(core, GRACE_SECONDS / 2) == []
    (report,) = tick(core, GRACE_SECONDS)
    assert isinstance(report, Report)
    assert report.only_if_unchanged
    assert report.kind is EventKind.FILE_NOT_SCANNED
    assert tick(core, GRACE_SECONDS * 2) == []


def test_a_later_clean_judgement_takes_the_word_back(core: Core) -> None:
    core.handle(judged(PART), 0)
    core.handle(judged(b"whole now"), 1)
    assert tick(core, GRACE_SECONDS * 2) == []


def test_release_says_at_once_what_was_held_back(core: Core) -> None:
    core.handle(judged(PART), 0)
    assert [type(order) for order in core.release()] == [Report]
    assert core.release() == []


def test_failures_are_retried_with_growing_pauses(core: Core) -> None:
    failed = HoldFailed(PATH, STATE, make_verdict(BAD), Sentence("だめ", "no"))
    now, pauses = 0.0, []
    for _ in range(12):
        (report,) = core.handle(failed, now)
        assert isinstance(report, Report)
        assert report.kind is EventKind.DETECTION_NOT_BLOCKED
        due = min(core.next_due(), now + LONGEST_RETRY_SECONDS)
        pauses.append(due - now)
        now = due
        assert LookAgain(PATH) in tick(core, now)
    assert pauses[0] == FIRST_RETRY_SECONDS
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_RETRY_SECONDS
    core.handle(Held(PATH), now)
    assert LookAgain(PATH) not in tick(core, now + LONGEST_RETRY_SECONDS)


def test_retries_are_bounded_in_number(core: Core) -> None:
    for number in range(5000):
        core.handle(MustRetry(b"%d" % number), 0)
    orders = tick(core, LONGEST_RETRY_SECONDS)
    assert len([order for order in orders if isinstance(order, LookAgain)]) == 1000
    assert LookThrough() in orders  # finds the rest


def test_lost_events_lead_to_a_walk(core: Core) -> None:
    assert core.handle(EventsLost(), 10) == []
    assert tick(core, 10 + AFTER_LOSS_SECONDS) == [LookThrough()]
    assert tick(core, 12) == []
    assert LookThrough() in tick(core, 12 + core.rescan_seconds)


@pytest.mark.parametrize("jump", [-86_400.0, 6.0, 3600.0])
def test_a_jump_of_the_clock_is_said_once(core: Core, jump: float) -> None:
    shift, report = core.handle(Ticked(1010.0 + jump), 10)
    assert isinstance(shift, ShiftOffset)
    assert shift.seconds == pytest.approx(jump)
    assert isinstance(report, Report)
    assert report.kind is EventKind.CLOCK_JUMPED
    assert core.handle(Ticked(1020.0 + jump), 20) == []


def test_a_clock_that_drifts_slowly_is_no_jump(core: Core) -> None:
    for second in range(1, 1000):
        assert core.handle(Ticked(1000.0 + second * 1.5), second) == []


def command(**more: object) -> Command:
    values: dict[str, object] = {"id": uuid4(), "kind": CommandKind.SCAN, "expires_at": NOW + timedelta(minutes=1)}
    return Command.model_validate({**values, **more})


def worked(reply: HeartbeatReply) -> Happening:
    return LinkWorked("poll", 0, reply)


def without_talk(orders: list[Order]) -> list[Order]:
    return [order for order in orders if not isinstance(order, Talk)]


def test_commands_and_expiry_by_the_consoles_own_clock(core: Core) -> None:
    fresh, old = command(), command(expires_at=NOW)
    orders = without_talk(core.handle(worked(HeartbeatReply(server_time=NOW, commands=(fresh, old))), 0))
    assert orders == [Obey(fresh, expired=False), Obey(old, expired=True)]


def test_settings_are_applied_when_they_change(core: Core) -> None:
    one, two = "1" * 64, "2" * 64
    reply = HeartbeatReply(server_time=NOW, allow_sha256=(one,))
    assert without_talk(core.handle(worked(reply), 0)) == [Apply(reply, frozenset(), look_through=False)]
    assert without_talk(core.handle(worked(reply), 1)) == []
    stricter = HeartbeatReply(server_time=NOW, deny_sha256=(two,))
    assert without_talk(core.handle(worked(stricter), 2)) == [Apply(stricter, frozenset({one}), look_through=True)]
    lax = stricter.model_copy(update={"protection": "watch"})
    assert without_talk(core.handle(worked(lax), 3)) == [Apply(lax, frozenset(), look_through=False)]
    assert core.protection == "watch"
    assert without_talk(core.handle(worked(stricter), 4)) == [Apply(stricter, frozenset(), look_through=True)]


def test_talk_order_and_pauses() -> None:
    core = Core(LinkSchedule(30, 2))
    assert Talk("heartbeat") in tick(core, 0)
    assert without_talk(core.handle(Spooled(), 0)) == []  # one talk at a time
    assert core.handle(LinkWorked("heartbeat", 3), 0.1) == [Talk("upload")]
    assert core.handle(LinkWorked("upload", 0), 0.2) == []
    assert core.next_due() == pytest.approx(2.1)
    assert core.handle(Spooled(), 1.0) == [Talk("upload")]  # at once
    assert core.handle(LinkFailed("upload", 0.999), 1.1) == []
    assert core.handle(Spooled(), 1.2) == []  # the console is away: wait
    assert core.next_due() == pytest.approx(2.1, abs=0.01)
    assert core.handle(Spooled(), 2.2) == [Talk("upload")]


def test_pauses_grow_to_a_cap_and_fall_back_after_an_answer() -> None:
    link = LinkSchedule(30, 2)
    now, pauses = 0.0, []
    for _ in range(10):
        assert link.next_task(now) is not None
        link.failed(now, jitter=1.0)
        pauses.append(link.next_due() - now)
        now = link.next_due()
    assert pauses[:5] == pytest.approx([1, 2, 4, 8, 16])
    assert max(pauses) == LONGEST_PAUSE
    link.next_task(now)
    link.worked("heartbeat", now, waiting=1)
    assert link.next_task(now) == "upload"
    link.failed(now, jitter=0.0)
    assert link.next_due() - now == 0.5
