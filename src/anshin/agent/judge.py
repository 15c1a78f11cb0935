"""What the agent asks of the engine, and how the real engine is started."""

from collections.abc import Collection
from typing import Protocol

from anshin.engine.verdict import Verdict, Versions


class Judge(Protocol):
    """The engine's face. `judge_file` reads an open file from its first byte and never raises for what is in it."""

    def judge_file(self, fd: int, *, name: str) -> Verdict:
        """Judge an open file."""
        ...

    def set_lists(self, *, allow: Collection[str], deny: Collection[str]) -> None:
        """Take over the lists of SHA-256 that are always clean and always malicious."""
        ...

    def versions(self) -> Versions:
        """Return what judges."""
        ...

    def close(self) -> None:
        """Stop the workers."""
        ...


def start_engine() -> Judge:
    """Start the engine with its jailed worker."""
    from anshin.engine.service import Engine, EngineSettings

    return Engine(EngineSettings())
