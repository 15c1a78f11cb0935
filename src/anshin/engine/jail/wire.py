"""What broker, zygote and worker say to each other: JSON in length-prefixed messages, and open files.

Never pickle: a worker that a file has taken over may send anything.
"""

import json
import os
import select
import struct
import time
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from anshin.engine.limits import Limits
from anshin.engine.lists import Lists
from anshin.engine.verdict import Versions

MAX_REPLY = 16 * 1024 * 1024
"""Bytes of the longest answer that the broker accepts from a worker."""
LONGEST_VERDICT = 8 * 1024 * 1024
"""Bytes above which a worker leaves the list of members out of its answer."""
MOST_AT_ONCE = 256 * 1024
_HEADER = struct.Struct("!i")  # multiprocessing.connection; a longer message begins with -1


def send(connection: Connection, message: dict[str, Any], *more: bytes) -> None:
    """Send one message, and `more` behind it in the same breath: whoever waits for all of it wakes up once."""
    parts = [json.dumps(message).encode(), *more]
    if sum(map(len, parts)) > MOST_AT_ONCE:
        for part in parts:
            connection.send_bytes(part)
        return
    rest = b"".join(piece for part in parts for piece in (_HEADER.pack(len(part)), part))
    while rest:
        rest = rest[os.write(connection.fileno(), rest) :]


def receive(connection: Connection, *, timeout: float | None = None) -> dict[str, Any]:
    """Receive one message; raises `EOFError` when none comes in time, `OSError`, `TypeError` or `ValueError`."""
    if timeout is not None and not connection.poll(timeout):
        raise EOFError
    return dict(json.loads(connection.recv_bytes(MAX_REPLY)))


def receive_by(connection: Connection, deadline: float) -> bytes:
    """Receive one message, whole, by `deadline` (monotonic seconds). Raises `EOFError` or `OSError`.

    A worker that a file has taken over may begin a message and never end it, or say more than it was asked; the broker
    must not wait for that, nor take it for the answer to what it asks next.
    """
    got = _piece(connection, MOST_AT_ONCE, deadline)
    while len(got) < _HEADER.size:
        got += _piece(connection, MOST_AT_ONCE, deadline)
    (size,) = _HEADER.unpack_from(got)
    if not 0 <= size <= MAX_REPLY:
        raise OSError("a message longer than any answer")
    pieces, rest = [got[_HEADER.size :]], size + _HEADER.size - len(got)
    while rest > 0:
        pieces.append(_piece(connection, min(rest, MOST_AT_ONCE), deadline))
        rest -= len(pieces[-1])
    if rest < 0:
        raise OSError("more than one answer")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _piece(connection: Connection, most: int, deadline: float) -> bytes:
    """Return what has come, as soon as something has."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    if not waiting.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError
    piece = os.read(connection.fileno(), most)
    if not piece:
        raise EOFError
    return piece


def setup_message(limits: Limits, versions: Versions, models: int = 0, *, preload: bool = False) -> dict[str, Any]:
    """Return what a zygote must know before it forks; the rules and then `models` packages follow as bytes."""
    return {"limits": asdict(limits), "versions": versions.model_dump(), "models": models, "preload": preload}


def lists_message(lists: Lists) -> dict[str, list[str]]:
    """Return both lists as JSON can carry them."""
    return {"allow": sorted(lists.allow), "deny": sorted(lists.deny)}
