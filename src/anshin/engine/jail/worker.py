"""The jailed end of the line: takes one file after the other and answers with a verdict."""

import os
from dataclasses import asdict, replace
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle

from anshin.engine.content import BytesContent, Content, FileContent
from anshin.engine.examination import Examination, written
from anshin.engine.jail import wire
from anshin.engine.jail.walls import allow_cpu, put_up
from anshin.engine.judge import Judge
from anshin.engine.limits import Limits
from anshin.engine.lists import Lists


def work(connection: Connection, judge: Judge, limits: Limits, *, dies_with_parent: bool) -> None:
    """Put up the walls, tell which stand, and judge until the broker hangs up."""
    report = put_up(limits, dies_with_parent=dies_with_parent)
    wire.send(connection, {"report": asdict(report)})
    lists = Lists()
    while True:
        try:
            job = wire.receive(connection)
        except (EOFError, OSError):
            return
        if "lists" in job:
            lists = Lists(frozenset(job["lists"]["allow"]), frozenset(job["lists"]["deny"]))
        fd = -1
        content: Content
        if job["via"] == "fd":
            fd = recv_handle(connection)
            content = FileContent(fd)
        else:
            content = BytesContent(connection.recv_bytes())
        allow_cpu(limits.seconds)
        try:
            found = judge.examine(content, job["name"], lists, stated=job.get("stated"))
            answer = written(found) if "stated" in job else _written(found)
        finally:
            if fd >= 0:
                os.close(fd)
        connection.send_bytes(answer)


def _written(found: Examination) -> bytes:
    """Return it as the broker takes it; members that would make it too long count, but are not listed."""
    answer = written(found)
    if len(answer) <= wire.LONGEST_VERDICT:
        return answer
    return written(replace(found, verdict=found.verdict.model_copy(update={"children": ()})))
