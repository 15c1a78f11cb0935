"""What broker, zygote and worker say to each other: JSON in length-prefixed messages, and open files.

Never pickle: a worker that a file has taken over may send anything.
"""

import json
import os
import struct
import time
from dataclasses import asdict
from multiprocessing.connection import Connection, wait
from typing import Any

from anshin.engine.limits import Limits
from anshin.engine.lists import Lists
from anshin.engine.verdict import Versions

MAX_REPLY = 16 * 1024 * 1024
"""Bytes of the longest answer that the broker accepts from a worker."""
LONGEST_VERDICT = 8 * 1024 * 1024
"""Bytes above which a worker leaves the list of members out of its answer."""
_HEADER = struct.Struct("!i")  # multiprocessing.connection; a longer message begins with -1


def send(connection: Connection, message: dict[str, Any]) -> None:
    """Send one message."""
    connection.send_bytes(json.dumps(message).encode())


def receive(connection: Connection, *, timeout: float | None = None) -> dict[str, Any]:
    """Receive one message; raises `EOFError` when none comes in time, `OSError`, `TypeError` or `ValueError`."""
    if not connection.poll(timeout):
        raise EOFError
    return dict(json.loads(connection.recv_bytes(MAX_REPLY)))


def receive_by(connection: Connection, deadline: float) -> bytes:
    """Receive one message, whole, by `deadline` (monotonic seconds). Raises `EOFError` or `OSError`.

    A worker that a file has taken over may begin a message and never end it; the broker must not wait for that.
    """
    (size,) = _HEADER.unpack(_exactly(connection, _HEADER.size, deadline))
    if not 0 <= size <= MAX_REPLY:
        raise OSError("a message longer than any answer")
    return _exactly(connection, size, deadline)


def _exactly(connection: Connection, count: int, deadline: float) -> bytes:
    pieces: list[bytes] = []
    while count:
        if not wait([connection], max(0.0, deadline - time.monotonic())):
            raise TimeoutError
        piece = os.read(connection.fileno(), count)
        if not piece:
            raise EOFError
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def setup_message(limits: Limits, versions: Versions, models: int = 0, *, preload: bool = False) -> dict[str, Any]:
    """Return what a zygote must know before it forks; the rules and then `models` packages follow as bytes."""
    return {"limits": asdict(limits), "versions": versions.model_dump(), "models": models, "preload": preload}


def lists_message(lists: Lists) -> dict[str, list[str]]:
    """Return both lists as JSON can carry them."""
    return {"allow": sorted(lists.allow), "deny": sorted(lists.deny)}
