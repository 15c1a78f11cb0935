"""The cache of judged files: forgets what must be judged again, and never stands in the way."""

from pathlib import Path

from anshin.agent.cache import SeenFiles
from anshin.agent.system.base import state_of


def test_known_only_in_the_same_state_by_the_same_judge(tmp_path: Path) -> None:
    seen = SeenFiles(tmp_path / "seen.sqlite3")
    path = tmp_path / "x"
    path.write_bytes(b"one")
    state = state_of(bytes(path))
    assert state is not None
    seen.remember(bytes(path), state, "v1", "a" * 64)
    assert seen.knows(bytes(path), state, "v1")
    assert not seen.knows(bytes(path), state, "v2")
    seen.close()
    seen = SeenFiles(tmp_path / "seen.sqlite3")
    assert seen.knows(bytes(path), state, "v1")
    path.write_bytes(b"other")
    changed = state_of(bytes(path))
    assert changed is not None
    assert not seen.knows(bytes(path), changed, "v1")
    seen.forget_content(frozenset({"a" * 64}))
    assert not seen.knows(bytes(path), state, "v1")
    seen.close()


def test_rows_of_files_that_are_gone_are_dropped(tmp_path: Path) -> None:
    seen = SeenFiles(tmp_path / "seen.sqlite3")
    below, beside = tmp_path / "below", tmp_path / "below-not"
    below.mkdir()
    beside.mkdir()
    for number in range(1200):
        (below / str(number)).touch()
    (beside / "x").touch()
    states = {bytes(p): state_of(bytes(p)) for p in [*below.iterdir(), beside / "x"]}
    for path, state in states.items():
        assert state is not None
        seen.remember(path, state, "v", "")
    for number in range(1100):
        (below / str(number)).unlink()
    (beside / "x").unlink()
    assert seen.prune(bytes(below)) == 1100
    assert seen.prune(bytes(beside)) == 1
    seen.close()


def test_a_damaged_cache_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "seen.sqlite3").write_bytes(b"this is no database " * 500)
    seen = SeenFiles(tmp_path / "seen.sqlite3")
    assert seen.prune(bytes(tmp_path)) == 0
    seen.close()
