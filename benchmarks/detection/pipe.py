"""This side of a peer: a process that gets files through a pipe and answers with scores."""

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.detection.environment import PeerError

SCRIPT = Path(__file__).with_name("peer.py")


class Peer:
    """One running peer; a context manager. One file at a time."""

    def __init__(self, python: Path, name: str, first: bytes | None = None, script: Path = SCRIPT) -> None:
        """Start it and give it its weights where it has some."""
        command = [str(python), "-B", "-W", "ignore", str(script), name]
        self._name = name
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        if first is not None:
            self._give(first)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.kill()
        self._process.wait()

    def scores(self, data: bytes) -> dict[str, float]:
        """Return its scores of one file; none where it could not read it. Raises PeerError where it has ended."""
        self._give(data)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(f"{self._name} ended without an answer; run it by hand to see why")
        found: dict[str, Any] = json.loads(line)
        return {} if "error" in found else found

    def _give(self, data: bytes) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(len(data).to_bytes(8, "big") + data)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise PeerError(f"{self._name} ended; run it by hand to see why") from error
