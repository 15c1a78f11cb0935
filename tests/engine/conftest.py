import os
from collections.abc import Callable, Iterator

import pytest

from anshin.engine.limits import Limits
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Verdict

os.environ.setdefault("OMP_NUM_THREADS", "1")
Judged = Callable[..., Verdict]


@pytest.fixture(scope="session")
def plain_engine() -> Iterator[Engine]:
    """An engine without walls and learned models, for tests of what readers and rules find."""
    with Engine(EngineSettings(jail=False, models=())) as engine:
        yield engine


@pytest.fixture
def judge(plain_engine: Engine) -> Judged:
    """Judges bytes; limits given by name use an engine of their own."""

    def judged(data: bytes, name: str = "sample", **limits: float) -> Verdict:
        if not limits:
            return plain_engine.judge_bytes(data, name=name)
        with Engine(EngineSettings(jail=False, models=(), limits=Limits(**limits))) as engine:  # type: ignore[arg-type]
            return engine.judge_bytes(data, name=name)

    return judged
