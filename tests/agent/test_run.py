"""A whole agent against a console on the loopback interface: real threads, real files, real signatures."""

import contextlib
import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from anshin.agent import items
from anshin.agent.config import AgentConfig, StateFolder, load_config
from anshin.agent.enrol import enrol_device
from anshin.agent.errors import AgentError
from anshin.agent.judge import Judge, start_engine
from anshin.agent.run import Agent
from anshin.wire.documents import Command, CommandKind, EventKind
from tests.agent.conftest import BAD, ODD, PART, FakeJudge
from tests.agent.console import TOKEN, FakeConsole, Refused, serving
from tests.conftest import eicar


class World:
    """One console, one enrolled PC."""

    def __init__(self, root: Path, console: FakeConsole, url: str) -> None:
        self.console = console
        self.url = url
        self.home = root / "home"
        self.home.mkdir()
        self.folder = StateFolder(root / "state")
        self.judge: Judge = FakeJudge()
        self.config: AgentConfig = enrol_device(
            self.folder, console=url, token=TOKEN, versions=self.judge.versions(), watch=[str(self.home)]
        ).model_copy(update={"poll_seconds": 0.2, "heartbeat_seconds": 1})

    def agent(self) -> Agent:
        return Agent(self.folder, self.config, self.judge, grace_seconds=0.3)

    def once(self) -> bool:
        agent = self.agent()
        try:
            return agent.run_once()
        finally:
            agent.close()

    @contextmanager
    def running(self) -> Iterator[Agent]:
        agent, stop = self.agent(), threading.Event()
        thread = threading.Thread(target=agent.run, args=(stop,))
        thread.start()
        try:
            self.console.wait_for(lambda c: bool(c.heartbeats))
            yield agent
        finally:
            stop.set()
            thread.join(10)
            agent.close()
            assert not thread.is_alive()

    def kinds(self) -> list[EventKind]:
        events = sorted(self.console.events.values(), key=lambda event: event.sequence)
        return [event.kind for event in events]

    def ask(self, kind: CommandKind, **more: object) -> UUID:
        fields = {"id": uuid4(), "kind": kind, "reason": "asked", "asked_by": "admin", **more}
        fields.setdefault("expires_at", self.console.now() + timedelta(minutes=5))
        command = Command.model_validate(fields)
        self.console.commands.append(command)
        return command.id


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with serving() as (console, url):
        yield World(tmp_path.resolve(), console, url)


def has(kind: EventKind, count: int = 1) -> Callable[[FakeConsole], bool]:
    return lambda console: sum(event.kind is kind for event in console.events.values()) >= count


def drop(world: World, name: str = "bad.bin", data: bytes = BAD) -> Path:
    path = world.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_enrolment_keeps_the_key_private_and_the_token_nowhere(world: World) -> None:
    for path in (world.folder.device_key, world.folder.config):
        assert path.stat().st_mode & 0o777 == 0o600
    assert world.folder.root.stat().st_mode & 0o777 == 0o700
    everything = b"".join(path.read_bytes() for path in world.folder.root.rglob("*") if path.is_file())
    assert TOKEN.encode() not in everything
    assert load_config(world.folder).watch == (str(world.home),)


def test_a_dropped_file_is_blocked_and_reported(world: World) -> None:
    with world.running():
        path = drop(world)
        world.console.wait_for(has(EventKind.DETECTION_BLOCKED))
        assert not path.exists()
    assert world.kinds().count(EventKind.DETECTION_BLOCKED) == 1


@pytest.mark.parametrize("how", ["moved", "linked", "new folders", "renamed folder"])
def test_every_way_a_file_can_appear(world: World, tmp_path: Path, how: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "bad.bin").write_bytes(BAD)
    with world.running():
        if how == "moved":
            (outside / "bad.bin").rename(world.home / "bad.bin")
        elif how == "linked":
            (world.home / "bad.bin").hardlink_to(outside / "bad.bin")
        elif how == "new folders":
            drop(world, "a/b/c/d/bad.bin")
            drop(world, "a/b/e/bad.bin", BAD + b"2")
        else:
            outside.rename(world.home / "came with its content")
        world.console.wait_for(has(EventKind.DETECTION_BLOCKED, 2 if how == "new folders" else 1))
    assert [path for path in world.home.rglob("*") if path.is_file()] == []


def test_what_was_dropped_while_the_agent_was_dead_is_found_and_nothing_is_judged_twice(world: World) -> None:
    clean = drop(world, "clean.txt", b"fine")
    assert world.once()
    bad = drop(world, "sub/bad.bin")
    assert isinstance(world.judge, FakeJudge)
    world.judge.judged.clear()
    assert world.once()
    assert world.judge.judged == ["bad.bin"]
    assert not bad.exists()
    assert clean.exists()
    assert world.kinds() == [EventKind.AGENT_STARTED, EventKind.AGENT_STARTED, EventKind.DETECTION_BLOCKED]


def test_links_pipes_and_the_own_folder_are_left_alone(world: World, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(BAD)
    (world.home / "link").symlink_to(target)
    os.mkfifo(world.home / "pipe")
    (world.folder.root / "note").write_bytes(BAD)
    world.config = world.config.model_copy(update={"watch": (str(world.home), str(world.folder.root))})
    assert world.once()
    assert target.exists()
    assert (world.folder.root / "note").exists()
    assert world.kinds() == [EventKind.AGENT_STARTED]


def test_suspicious_and_unscannable_files_stay_and_are_said_once(world: World) -> None:
    odd, part = drop(world, "odd", ODD), drop(world, "part", PART)
    assert world.once()
    assert world.once()
    assert odd.exists()
    assert part.exists()
    kinds = world.kinds()
    assert kinds.count(EventKind.DETECTION_SUSPICIOUS) == 1
    assert kinds.count(EventKind.FILE_NOT_SCANNED) == 1


def test_watch_only_and_then_protect(world: World) -> None:
    world.console.settings = {"protection": "watch"}
    path = drop(world)
    assert world.once()
    assert path.exists()
    assert world.once()
    assert world.kinds().count(EventKind.DETECTION_NOT_BLOCKED) == 1
    world.console.settings = {}
    assert world.once()
    assert not path.exists()
    assert world.kinds().count(EventKind.DETECTION_BLOCKED) == 1


def test_lists_of_the_console_reach_the_engine_and_old_files_are_judged_anew(world: World) -> None:
    import hashlib

    path = drop(world, "tool.exe", b"clean so far")
    assert world.once()
    assert path.exists()
    world.console.settings = {"deny_sha256": (hashlib.sha256(b"clean so far").hexdigest(),)}
    with world.running():
        world.console.wait_for(has(EventKind.DETECTION_BLOCKED))
    assert not path.exists()


def test_restore_by_command_runs_once_and_is_answered(world: World) -> None:
    path = drop(world)
    assert world.once()
    (item_id,) = [event.quarantine.item_id for event in world.console.events.values() if event.quarantine]
    with world.running():
        asked = world.ask(CommandKind.RESTORE, item_id=item_id)
        world.console.wait_for(has(EventKind.QUARANTINE_RESTORED))
        beats = len(world.console.requests)
        world.console.wait_for(lambda c: len(c.requests) > beats + 4)  # the console goes on asking
        assert path.read_bytes() == BAD
    kinds = world.kinds()
    assert kinds.count(EventKind.QUARANTINE_RESTORED) == 1
    assert kinds.count(EventKind.DETECTION_BLOCKED) == 1  # the watcher left it alone
    (answer,) = [event for event in world.console.events.values() if event.command_id == asked]
    assert (answer.reason, answer.user) == ("asked", "admin")
    assert world.once()
    assert path.exists()


def test_the_consoles_deny_list_stands_above_a_restore(world: World) -> None:
    import hashlib

    path = drop(world)
    assert world.once()
    (item_id,) = [event.quarantine.item_id for event in world.console.events.values() if event.quarantine]
    world.ask(CommandKind.RESTORE, item_id=item_id)
    assert world.once()
    assert world.once()
    assert path.exists()
    world.console.settings = {"deny_sha256": (hashlib.sha256(BAD).hexdigest(),)}
    assert world.once()
    assert not path.exists()


def test_commands_that_cannot_be_carried_out_are_answered(world: World) -> None:
    expired = world.ask(CommandKind.RESTORE, item_id=uuid4(), expires_at=world.console.now() - timedelta(seconds=1))
    unknown = world.ask(CommandKind.RESTORE, item_id=uuid4())
    missing = world.ask(CommandKind.SCAN, path="/no/such/file")
    own = world.ask(CommandKind.SCAN, path=str(world.folder.root))
    late = world.ask(CommandKind.SCAN, path="/", expires_at=world.console.now() - timedelta(seconds=1))
    assert world.once()
    answers = {event.command_id: event for event in world.console.events.values() if event.command_id}
    assert set(answers) == {expired, unknown, missing, own, late}
    assert all(event.error_ja and event.error_en for event in answers.values())
    assert answers[unknown].kind is EventKind.QUARANTINE_RESTORE_FAILED
    assert answers[missing].kind is EventKind.SCAN_FINISHED
    assert answers[unknown].quarantine is not None
    agent = world.agent()
    assert agent.spool.dead_letters() == []
    agent.close()


def test_scan_by_command_finds_what_is_not_watched(world: World, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "bad.bin").write_bytes(BAD)
    (other / "fine").write_bytes(b"fine")
    asked = world.ask(CommandKind.SCAN, path=str(other))
    assert world.once()
    assert [path.name for path in other.iterdir()] == ["fine"]
    answers = {event.kind: event for event in world.console.events.values() if event.command_id == asked}
    assert set(answers) == {EventKind.DETECTION_BLOCKED, EventKind.SCAN_FINISHED}
    assert answers[EventKind.SCAN_FINISHED].files_scanned == 2


def test_scan_without_a_path_goes_through_everything_watched_also_what_is_known(world: World) -> None:
    kept = drop(world, "bad.bin")
    world.console.settings = {"protection": "watch"}
    drop(world, "fine.txt", b"fine")
    assert world.once()
    assert kept.exists()
    before = set(world.console.events)
    asked = world.ask(CommandKind.SCAN)
    assert world.once()
    later = [event for key, event in world.console.events.items() if key not in before]
    (answer,) = [event for event in later if event.command_id == asked and event.kind is EventKind.SCAN_FINISHED]
    assert answer.files_scanned == 2
    assert answer.path == ""
    assert answer.error_en == ""
    assert not any(event.path.startswith(str(world.folder.root)) for event in later)


def test_an_interrupted_command_is_answered_and_not_run_again(world: World) -> None:
    asked = world.ask(CommandKind.SCAN, path=str(world.home))
    agent = world.agent()
    assert agent.store.claim_command(world.console.commands[0], now=0)
    agent.close()  # dead between claim and answer
    assert world.once()
    (answer,) = [event for event in world.console.events.values() if event.command_id == asked]
    assert answer.kind is EventKind.SCAN_FINISHED
    assert answer.files_scanned is None
    assert answer.error_ja


def test_events_wait_while_the_console_is_away_and_arrive_in_order(world: World) -> None:
    def away(path: str) -> None:
        raise Refused(503, "down")

    world.console.fault = away
    for number in range(3):
        drop(world, f"{number}.bin", BAD + b"%d" % number)
    assert not world.once()
    assert list(world.home.iterdir()) == []
    world.console.fault = lambda path: None
    assert world.once()
    sequences = [event.sequence for event in world.console.events.values()]
    assert sequences == sorted(sequences) == list(range(1, len(sequences) + 1))


def test_lost_receipt_does_not_double_events(world: World) -> None:
    real = world.console.store

    def forget(upload: object) -> None:
        world.console.store = real  # type: ignore[method-assign]
        real(upload)  # type: ignore[arg-type]
        raise Refused(500, "oops")

    world.console.store = forget  # type: ignore[method-assign,assignment]
    assert not world.once()
    assert world.once()
    assert world.kinds() == [EventKind.AGENT_STARTED, EventKind.AGENT_STARTED]


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(days=-400), timedelta(seconds=400)])
def test_a_wrong_clock_is_corrected_by_the_consoles(world: World, ahead: timedelta) -> None:
    world.console.ahead = ahead
    drop(world)
    assert world.once()
    blocked = [event for event in world.console.events.values() if event.kind is EventKind.DETECTION_BLOCKED]
    assert blocked[0].clock_offset_seconds == pytest.approx(ahead.total_seconds(), abs=60)


def test_a_revoked_device_keeps_its_events(world: World) -> None:
    def revoked(path: str) -> None:
        raise Refused(403, "device_revoked")

    world.console.fault = revoked
    drop(world)
    assert not world.once()
    world.console.fault = lambda path: None
    assert world.once()
    assert EventKind.DETECTION_BLOCKED in world.kinds()


def test_one_event_the_console_cannot_take_does_not_hold_up_the_others(world: World) -> None:
    real = world.console.store

    def picky(upload):
        if any(event.kind is EventKind.DETECTION_SUSPICIOUS for event in upload.events):
            raise Refused(422, "invalid")
        return real(upload)

    world.console.store = picky  # type: ignore[method-assign]
    drop(world, "odd", ODD)
    for number in range(5):
        drop(world, f"{number}.bin", BAD + b"%d" % number)
    assert world.once()
    assert world.kinds().count(EventKind.DETECTION_BLOCKED) == 5
    agent = world.agent()
    assert [letter["code"] for letter in agent.spool.dead_letters()] == ["invalid"]
    agent.close()


def test_a_judge_that_fails_does_not_end_protection(world: World) -> None:
    class Moody(FakeJudge):
        def judge_file(self, fd: int, *, name: str):
            if name == "evil":
                raise RuntimeError("parser fell over")
            return super().judge_file(fd, name=name)

    world.judge = Moody()
    with world.running():
        drop(world, "evil", b"x")
        path = drop(world)
        world.console.wait_for(has(EventKind.DETECTION_BLOCKED))
        assert not path.exists()


def test_a_thread_that_dies_ends_the_agent(world: World) -> None:
    class Panic(BaseException):
        pass

    class Panicking(FakeJudge):
        def judge_file(self, fd: int, *, name: str):
            raise Panic

    world.judge = Panicking()
    drop(world)
    agent = world.agent()
    try:
        with pytest.raises(AgentError) as caught:
            agent.run(threading.Event())
        assert caught.value.key == "thread_died"
    finally:
        agent.close()


def test_a_folder_that_is_removed_and_made_again_is_watched_again(world: World) -> None:
    with world.running():
        world.home.rmdir()
        world.home.mkdir()
        for number in range(200):
            drop(world, f"{number}.bin", BAD + b"%d" % number)
            try:
                world.console.wait_for(has(EventKind.DETECTION_BLOCKED), 0.2)
            except AssertionError:
                continue
            break
        else:
            pytest.fail("never watched again")


def test_the_real_engine_and_the_harmless_test_file_two_archives_deep(world: World) -> None:
    def zipped(data: bytes, name: str) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
        return buffer.getvalue()

    world.judge = start_engine()
    try:
        with world.running() as agent:
            plain = drop(world, "test.com", eicar())
            nested = drop(world, "請求書.zip", zipped(zipped(eicar(), "test.com"), "inner.zip"))
            world.console.wait_for(has(EventKind.DETECTION_BLOCKED, 2))
            assert not plain.exists()
            assert not nested.exists()
            assert items.held_count(agent.store) == 2
    finally:
        world.judge.close()


def test_a_rule_of_the_owner_is_taken_over_while_the_agent_runs(world: World, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    world.judge = start_engine(rules)
    try:
        with world.running():
            early = drop(world, "early.txt", b"needle-5 early")
            before = world.judge.versions()
            (rules / "mine.yar").write_text(
                'rule mine { meta: weight = 1.0 strings: $a = "needle-5" condition: $a }\nrule bad { condition: $no }'
            )
            deadline = time.monotonic() + 60
            while world.judge.versions() == before:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            late = drop(world, "late.txt", b"needle-5 late")
            world.console.wait_for(has(EventKind.DETECTION_BLOCKED))
            assert not late.exists()
            early.write_bytes(b"needle-5 early")  # the same bytes, noticed again, and now judged by the new rules
            world.console.wait_for(has(EventKind.DETECTION_BLOCKED, 2))
            assert not early.exists()
    finally:
        world.judge.close()


def fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounting needs root on Linux")
def test_a_full_state_folder_blocks_nothing_but_loses_nothing(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    state = root / "state"
    state.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(state)], check=True)
    try:
        with serving() as (console, url):
            world = World(root, console, url)
            assert world.once()
            with world.running():
                filler = state / "filler"
                fill(filler)
                path = drop(world, data=BAD + os.urandom(50_000))
                beats = len(console.heartbeats)
                console.wait_for(lambda c: len(c.heartbeats) > beats + 2)  # alive, and the file still in place
                assert path.exists()
                filler.unlink()
                console.wait_for(has(EventKind.DETECTION_BLOCKED), 60)
                assert not path.exists()
            kinds = world.kinds()
            assert kinds.count(EventKind.DETECTION_BLOCKED) == 1
            assert kinds.count(EventKind.DETECTION_NOT_BLOCKED) <= 1
    finally:
        subprocess.run(["umount", "-l", str(state)], check=True)
