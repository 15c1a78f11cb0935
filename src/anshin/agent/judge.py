"""What the agent asks of the engine, and how the real engine is started."""

import logging
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from anshin.engine.models import ModelPackage
from anshin.engine.scores import Counts
from anshin.engine.verdict import Verdict, Versions

_log = logging.getLogger(__name__)


class Judge(Protocol):
    """The engine's face. `judge_file` reads an open file from its first byte and never raises for what is in it."""

    def judge_file(self, fd: int, *, name: str) -> Verdict:
        """Judge an open file."""
        ...

    def set_lists(self, *, allow: Collection[str], deny: Collection[str]) -> None:
        """Take over the lists of SHA-256 that are always clean and always malicious."""
        ...

    def set_models(self, models: tuple[ModelPackage, ...]) -> None:
        """Judge by these learned models from the next file on, or raise and keep the old ones."""
        ...

    def take_scores(self) -> Counts:
        """Return how often each model gave which score since the last call."""
        ...

    def versions(self) -> Versions:
        """Return what judges."""
        ...

    def close(self) -> None:
        """Stop the workers."""
        ...


def start_engine(rules: Path | None = None) -> Judge:
    """Start the engine with its jailed worker, and with the owner's rules in the folder `rules`, which it watches."""
    from anshin.engine.service import Engine, EngineSettings

    if rules is None:
        return Engine(EngineSettings())
    engine = Engine(EngineSettings(rules_dirs=(rules,), watch_rules=True, preload=True))
    for refused in engine.rule_errors():
        _log.warning("a rule was refused: %s, line %s: %s", refused.path, refused.line, refused.message)
    return engine
