"""What broker, zygote and worker say to each other: JSON in length-prefixed messages, and open files.

Never pickle: a worker that a file has taken over may send anything.
"""

import json
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from anshin.engine.limits import Limits
from anshin.engine.lists import Lists
from anshin.engine.verdict import Versions

MAX_REPLY = 64 * 1024 * 1024
"""Bytes of the longest answer that the broker accepts from a worker."""


def send(connection: Connection, message: dict[str, Any]) -> None:
    """Send one message."""
    connection.send_bytes(json.dumps(message).encode())


def receive(connection: Connection, *, timeout: float | None = None) -> dict[str, Any]:
    """Receive one message; raises `EOFError` when none comes in time, `OSError`, `TypeError` or `ValueError`."""
    if not connection.poll(timeout):
        raise EOFError
    return dict(json.loads(connection.recv_bytes(MAX_REPLY)))


def setup_message(limits: Limits, versions: Versions) -> dict[str, Any]:
    """Return what a zygote must know before it forks."""
    return {"limits": asdict(limits), "versions": versions.model_dump()}


def lists_message(lists: Lists) -> dict[str, list[str]]:
    """Return both lists as JSON can carry them."""
    return {"allow": sorted(lists.allow), "deny": sorted(lists.deny)}
