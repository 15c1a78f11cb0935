"""Broker and worker: messages arrive whole, in time, and one at a time."""

import json
import struct
import time
from collections.abc import Iterator
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from threading import Thread

import pytest

from anshin.engine.jail import wire

Ends = tuple[Connection, Connection]


@pytest.fixture
def ends() -> Iterator[Ends]:
    ours, theirs = Pipe()
    with ours, theirs:
        yield ours, theirs


def soon() -> float:
    return time.monotonic() + 20


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, wire.MOST_AT_ONCE, 3 * wire.MOST_AT_ONCE])
def test_a_message_and_its_bytes_arrive_one_after_the_other(ends: Ends, size: int) -> None:
    ours, theirs = ends
    body = bytes(range(256)) * (size // 256 + 1)
    sender = Thread(target=wire.send, args=(ours, {"via": "bytes"}, body[:size]))
    sender.start()
    assert wire.receive(theirs) == {"via": "bytes"}
    assert theirs.recv_bytes() == body[:size]
    sender.join()


@pytest.mark.parametrize("size", [0, 5, 70_000, wire.MOST_AT_ONCE + 1, 2_000_000])
def test_an_answer_is_received_whole(ends: Ends, size: int) -> None:
    ours, theirs = ends
    sender = Thread(target=theirs.send_bytes, args=(bytes(size),))
    sender.start()
    assert wire.receive_by(ours, soon()) == bytes(size)
    sender.join()


def test_an_answer_may_come_byte_by_byte(ends: Ends) -> None:
    ours, theirs = ends
    message = struct.pack("!i", 3) + b"abc"

    def trickle() -> None:
        for byte in message:
            theirs._send(bytes((byte,)))  # type: ignore[attr-defined]

    sender = Thread(target=trickle)
    sender.start()
    assert wire.receive_by(ours, soon()) == b"abc"
    sender.join()


def test_more_than_one_answer_is_none(ends: Ends) -> None:
    ours, theirs = ends
    theirs.send_bytes(b"one")
    theirs.send_bytes(b"two")
    with pytest.raises(OSError, match="more than one answer"):
        wire.receive_by(ours, soon())


@pytest.mark.parametrize("size", [-1, wire.MAX_REPLY + 1])
def test_too_long_an_answer_is_none(ends: Ends, size: int) -> None:
    ours, theirs = ends
    theirs._send(struct.pack("!i", size))  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="longer than any answer"):
        wire.receive_by(ours, soon())


def test_half_an_answer_ends_with_the_time(ends: Ends) -> None:
    ours, theirs = ends
    theirs._send(struct.pack("!i", 10) + b"half")  # type: ignore[attr-defined]
    with pytest.raises(TimeoutError):
        wire.receive_by(ours, time.monotonic() - 1)
    theirs.close()
    with pytest.raises(EOFError):
        wire.receive_by(ours, soon())


def test_a_message_is_what_the_other_reader_knows(ends: Ends) -> None:
    ours, theirs = ends
    wire.send(ours, {"名": "x"})
    assert json.loads(theirs.recv_bytes()) == {"名": "x"}
