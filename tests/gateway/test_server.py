"""The daemon on real sockets: answers, limits, rude clients, and its end."""

import array
import contextlib
import os
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from anshin.engine.clamd.policy import Policy
from anshin.engine.service import Engine, EngineSettings
from anshin.gateway.bounds import MIB, Bounds
from anshin.gateway.files import make_roots
from anshin.gateway.server import Settings
from tests.engine.samples import eicar, noise, zipped
from tests.gateway.conftest import everything

FOUND = b"Anshin.rule.eicar FOUND"


def stream(data: bytes, size: int = 65536) -> bytes:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(struct.pack("!I", len(p)) + p for p in pieces) + bytes(4)


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"hello")
    (folder / "sub" / "b.com").write_bytes(eicar())
    (folder / "sub" / "c.com").write_bytes(eicar() + b" ")
    (folder / "link").symlink_to(folder / "sub" / "b.com")
    return folder


def test_the_server_about_itself(start):
    with start() as gateway:
        assert gateway.ask(b"zPING\0") == b"PONG\0"
        assert gateway.ask(b"PING\n") == b"PONG\n"
        assert gateway.ask(b"PING") == b"PONG\n"
        assert gateway.ask(b"nVERSION\n").startswith(b"Anshin ")
        assert b"| COMMANDS: SCAN " in gateway.ask(b"zVERSIONCOMMANDS\0")
        assert gateway.ask(b"zSHUTDOWN\0") == b"COMMAND UNAVAILABLE\0"
        assert gateway.ask(b"zRELOAD\0") == b"RELOADING\0"
        assert gateway.ask(b"SELFCHECK\n") == b"DBUPTODATE\n"
        stats = gateway.ask(b"nSTATS\n")
        assert stats.startswith(b"POOLS: 1\n")
        assert stats.endswith(b"\nEND\n")
        assert b"command_ping 3" in stats
        assert gateway.ask(b"zNONSENSE\0") == b"UNKNOWN COMMAND\0"


@pytest.mark.parametrize("size", [68, 200_000, 3 * MIB])
@pytest.mark.parametrize("unix", [False, True])
def test_streams_of_every_size(start, size, unix):
    with start() as gateway:
        good = noise(size)
        assert gateway.ask(b"zINSTREAM\0" + stream(good), unix=unix) == b"stream: OK\0"
        bad = zipped({"t.com": eicar(), "filler": good}, method=0)
        assert gateway.ask(b"nINSTREAM\n" + stream(bad, 1000), unix=unix) == b"stream: " + FOUND + b"\n"


def test_paths(start, tree):
    with start() as gateway:
        b, a = os.fsencode(tree / "sub" / "b.com"), os.fsencode(tree / "a.txt")
        assert gateway.ask(b"zSCAN " + b + b"\0") == b + b": " + FOUND + b"\0"
        assert gateway.ask(b"SCAN " + a + b"\n") == a + b": OK\n"
        link = os.fsencode(tree / "link")
        assert gateway.ask(b"zSCAN " + link + b"\0") == link + b": " + FOUND + b"\0"
        missing = b"/nowhere/\xff"
        told = gateway.ask(b"zSCAN " + missing + b"\0")
        assert told == missing + b": File path check failure: No such file or directory. ERROR\0"
        assert gateway.ask(b"zSCAN a.txt\0").endswith(b"must be absolute. ERROR\0")
        assert gateway.ask(b"zSCAN /dev/null\0") == b"/dev/null: Not supported file type ERROR\0"


def test_folders(start, tree):
    folder = os.fsencode(tree)
    with start() as gateway:
        first = folder + b"/sub/b.com: " + FOUND + b"\n"
        second = folder + b"/sub/c.com: " + FOUND + b"\n"
        assert gateway.ask(b"nSCAN " + folder + b"\n") == first
        for command in (b"CONTSCAN ", b"MULTISCAN ", b"ALLMATCHSCAN "):
            assert gateway.ask(b"n" + command + folder + b"\n") == first + second
        for file in ("b.com", "c.com"):
            (tree / "sub" / file).unlink()
        assert gateway.ask(b"nMULTISCAN " + folder + b"\n") == folder + b": OK\n"


def test_a_folder_with_something_unclear_is_never_ok(start, tree):
    (tree / "sub" / "b.com").write_bytes(zipped({"a": b"x" * 100})[:-30])
    (tree / "sub" / "c.com").unlink()
    with start() as gateway:
        told = gateway.ask(b"nCONTSCAN " + os.fsencode(tree) + b"\n")
    assert told == os.fsencode(tree) + b"/sub/b.com: Not fully scanned (damaged) ERROR\n"


def test_a_line_break_in_a_name_in_a_folder_makes_no_line(start, tree):
    (tree / "x: OK\ny").write_bytes(eicar())
    with start() as gateway:
        lines = gateway.ask(b"nCONTSCAN " + os.fsencode(tree) + b"\n").splitlines()
    assert len(lines) == 3
    assert all(line.endswith(b" FOUND") for line in lines)


def test_only_below_the_roots(start, tree, tmp_path):
    outside = tmp_path / "outside.com"
    outside.write_bytes(eicar())
    (tree / "sub" / "way-out").symlink_to(outside)
    with start(Settings(roots=make_roots([tree]))) as gateway:
        for path in (outside, tree / "sub" / "way-out", tree / ".." / "outside.com", tmp_path):
            raw = os.fsencode(path)
            assert gateway.ask(b"zSCAN " + raw + b"\0") == raw + b": Access denied. ERROR\0"
        assert gateway.ask(b"zCONTSCAN " + os.fsencode(tree) + b"\0").count(FOUND) == 2


def test_a_client_on_another_machine_names_paths_below_roots_only(start, tree):
    path = os.fsencode(tree / "sub" / "b.com")
    with start(remote=True) as gateway:
        assert gateway.ask(b"zSCAN " + path + b"\0") == path + b": Access denied. ERROR\0"
        assert gateway.ask(b"zINSTREAM\0" + stream(eicar())) == b"stream: " + FOUND + b"\0"
        assert FOUND in gateway.ask(b"zSCAN " + path + b"\0", unix=True)
    with start(Settings(roots=make_roots([tree])), remote=True) as gateway:
        assert FOUND in gateway.ask(b"zSCAN " + path + b"\0")


def send_descriptor(line: socket.socket, *descriptors: int) -> None:
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
    line.sendmsg([b"\0"], rights)


def test_descriptors_in_a_session(start, tree):
    with start() as gateway, gateway.connect(unix=True) as line:
        line.sendall(b"zIDSESSION\0")
        for path in (tree / "a.txt", tree / "sub" / "b.com"):
            with path.open("rb") as file:
                line.sendall(b"zFILDES\0")
                send_descriptor(line, file.fileno())
        line.sendall(b"zINSTREAM\0" + stream(b"x") + b"zPING\0zEND\0")
        told = everything(line).split(b"\0")
    assert [t.split(b" ", 1)[0] for t in told[:4]] == [b"1:", b"2:", b"3:", b"4:"]
    assert told[0].endswith(b"]: OK")
    assert told[1].endswith(b"]: " + FOUND)
    assert told[2:] == [b"3: stream: OK", b"4: PONG", b""]


def test_descriptors_that_are_none(start, tmp_path):
    with start() as gateway:
        assert gateway.ask(b"zFILDES\0\0", unix=True) == b"No file descriptor received. ERROR\0"
        assert gateway.ask(b"zFILDES\0\0") == b"No file descriptor received. ERROR\0"
        reading, writing = os.pipe()
        with gateway.connect(unix=True) as line:
            line.sendall(b"zFILDES\0")
            send_descriptor(line, reading)
            assert everything(line).endswith(b"Not a regular file ERROR\0")
        os.close(reading)
        os.close(writing)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_descriptors_nobody_asked_for_are_closed(start, tree):
    with start() as gateway, (tree / "a.txt").open("rb") as file:
        gateway.ask(b"zPING\0")
        with gateway.connect(unix=True) as line:
            line.sendall(b"zIDSESSION\0")
            before = open_descriptors()
            for _ in range(50):
                send_descriptor(line, file.fileno(), file.fileno(), file.fileno())
                time.sleep(0.001)
            assert open_descriptors() <= before + 3


def test_a_stream_that_is_too_large_is_refused_in_words(start):
    with start(Settings(bounds=Bounds(stream_bytes=1000))) as gateway:
        assert gateway.ask(b"zINSTREAM\0" + stream(bytes(1000))) == b"stream: OK\0"
        assert gateway.ask(b"zINSTREAM\0" + stream(bytes(1001))) == b"INSTREAM size limit exceeded. ERROR\0"


def test_all_streams_together_are_bounded_and_the_memory_comes_back(start):
    with start(Settings(bounds=Bounds(stream_bytes=MIB, streams_bytes=MIB))) as gateway:
        with gateway.connect() as greedy:
            greedy.sendall(b"zINSTREAM\0" + struct.pack("!I", MIB) + bytes(MIB))
            while gateway.server.counts.now().get("connections", 0) < 1 or gateway.server.streams._left > 0:
                time.sleep(0.01)
            assert gateway.ask(b"zINSTREAM\0" + stream(b"x")).endswith(b"try again. ERROR\0")
            greedy.sendall(bytes(4))
            assert everything(greedy) == b"stream: OK\0"
        assert gateway.ask(b"zINSTREAM\0" + stream(b"x")) == b"stream: OK\0"
        assert gateway.server.streams._left == MIB


HURRIED = Settings(bounds=Bounds(command_seconds=0.3, stream_seconds=0.6))


@pytest.mark.parametrize(
    "start_of_talk", [b"", b"zSCAN /half", b"zIDSESSION\0", b"zINSTREAM\0", b"zINSTREAM\0\0\0\1\0abc"]
)
def test_a_silent_client_is_sent_away(start, start_of_talk):
    with start(HURRIED) as gateway, gateway.connect() as line:
        line.sendall(start_of_talk)
        assert everything(line) == b""
        assert gateway.server.counts.now()["timeouts"] == 1


@pytest.mark.parametrize("talk", [b"zSCAN /" + b"a" * 1000, b"zINSTREAM\0" + struct.pack("!I", 1000) + bytes(1000)])
def test_a_client_that_speaks_one_byte_at_a_time_is_sent_away(start, talk):
    with start(HURRIED) as gateway, gateway.connect() as line:
        began = time.monotonic()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for byte in talk:
                line.sendall(bytes([byte]))
                time.sleep(0.02)
        assert gateway.server.counts.now()["timeouts"] == 1
        assert time.monotonic() - began < 10
        assert gateway.ask(b"zPING\0") == b"PONG\0"


def test_when_all_places_are_taken_the_one_that_waits_longest_leaves(start):
    with start(Settings(bounds=Bounds(connections=4))) as gateway:
        idle = [gateway.connect() for _ in range(8)]
        try:
            began = time.monotonic()
            assert gateway.ask(b"zPING\0") == b"PONG\0"
            assert time.monotonic() - began < 15
            assert gateway.server.counts.now()["evicted"] >= 1
        finally:
            for line in idle:
                line.close()


def test_a_client_that_says_it_has_no_more_to_say_gets_its_answer(start):
    with start() as gateway, gateway.connect() as line:
        line.sendall(b"zINSTREAM\0" + stream(eicar()))
        line.shutdown(socket.SHUT_WR)
        assert everything(line) == b"stream: " + FOUND + b"\0"


def test_a_client_that_leaves_in_the_middle_harms_nobody(start):
    with start() as gateway:
        for talk in (b"zINS", b"zINSTREAM\0\0\0\x10\0abc", b"zFILDES\0", b"zIDSESSION\0zPING\0"):
            gateway.connect(unix=True).close()
            line = gateway.connect(unix=True)
            line.sendall(talk)
            line.close()
        assert gateway.ask(b"zPING\0") == b"PONG\0"
        assert "failures" not in gateway.server.counts.now()


def test_two_hundred_clients_at_once(start):
    answers: list[bytes] = []
    with start(Settings(bounds=Bounds(connections=20))) as gateway:

        def client(number: int) -> None:
            data = eicar() if number % 2 else b"text %d" % number
            answers.append(gateway.ask(b"zINSTREAM\0" + stream(data)))

        threads = [threading.Thread(target=client, args=(n,)) for n in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers.count(b"stream: OK\0") == 100
    assert answers.count(b"stream: " + FOUND + b"\0") == 100


def test_what_is_under_way_is_answered_after_the_word_to_stop(start):
    with start() as gateway:
        with gateway.connect() as idle, gateway.connect() as busy:
            busy.sendall(b"zINSTREAM\0" + struct.pack("!I", 68) + eicar())
            while gateway.server.counts.now().get("connections", 0) < 2:
                time.sleep(0.01)
            time.sleep(0.1)
            gateway.server.stop()
            assert everything(idle) == b""
            busy.sendall(bytes(4))
            assert everything(busy) == b"stream: " + FOUND + b"\0"
            with pytest.raises(OSError):  # noqa: PT011
                gateway.connect(unix=True)
        assert not gateway.path.exists()


def test_the_policy_reaches_the_client(start):
    half = zipped({"a": b"x" * 100})[:-30]
    for incomplete, told in (("error", b"ERROR"), ("found", b"Anshin.incomplete.damaged FOUND"), ("ok", b"OK")):
        with start(Settings(policy=Policy(incomplete=incomplete))) as gateway:  # type: ignore[arg-type]
            assert gateway.ask(b"zINSTREAM\0" + stream(half)).rstrip(b"\0").endswith(told)


def test_reload_takes_new_rules_over(start, tmp_path):
    folder = tmp_path / "rules"
    folder.mkdir()
    with Engine(EngineSettings(jail=False, rules_dirs=(folder,))) as own, start(own=own) as gateway:
        asked = b"zINSTREAM\0" + stream(b"needle-9")
        assert gateway.ask(asked) == b"stream: OK\0"
        (folder / "r.yar").write_text('rule mine { strings: $a = "needle-9" condition: $a }')
        assert gateway.ask(b"zSELFCHECK\0") == b"RELOADING\0"
        assert gateway.ask(asked) == b"stream: Anshin.suspicious.rule.user.mine FOUND\0"


def test_thousands_of_tiny_requests_one_after_the_other(start):
    with start() as gateway:
        before = open_descriptors()
        for _ in range(3000):
            assert gateway.ask(b"zPING\0") == b"PONG\0"
        deadline = time.monotonic() + 10
        while open_descriptors() > before + 2:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert gateway.server.counts.now()["connections"] == 3000
