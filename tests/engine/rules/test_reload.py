"""New rules while files are being judged: nothing is lost, nothing is judged by half a set, the old workers leave."""

import contextlib
import os
import threading
import time
from pathlib import Path

import pytest

from anshin.engine.rules.watch import Watch, fingerprint
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status

RULE = 'rule {name} {{ meta: weight = 0.95 strings: $a = "needle" condition: $a }}'


def write(folder: Path, name: str) -> None:
    """Replace the rule file in one step, as an editor does."""
    (folder / "new").write_text(RULE.format(name=name))
    (folder / "new").rename(folder / "r.yar")


def codes(engine: Engine, name: str = "x") -> set[str]:
    return {r.code for r in engine.judge_bytes(b"a needle", name=name).reasons}


@pytest.mark.parametrize("jail", [False, True])
def test_the_next_file_is_judged_by_the_new_rules(tmp_path, jail):
    write(tmp_path, "one")
    with Engine(EngineSettings(jail=jail, rules_dirs=(tmp_path,))) as engine:
        before = engine.versions().rules
        assert codes(engine) == {"rule.user.one"}
        assert not engine.reload_rules()
        write(tmp_path, "two")
        assert engine.reload_rules()
        assert codes(engine) == {"rule.user.two"}  # and not the verdict that was kept
        assert engine.versions().rules != before
        (tmp_path / "r.yar").write_text("rule broken { condition: $missing }")
        assert engine.reload_rules()
        assert codes(engine) == set()
        assert [e.rule for e in engine.rule_errors()] == ["broken"]
    assert not engine.reload_rules()


def children() -> set[int]:
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # a thread may end between the list and the look
            found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found


def test_many_reloads_under_load_lose_no_file_and_leave_no_process(tmp_path):
    write(tmp_path, "one")
    before = children()
    odd: list[object] = []
    done = threading.Event()
    counted = [0] * 3
    with Engine(EngineSettings(workers=2, rules_dirs=(tmp_path,))) as engine:

        def client(number: int) -> None:
            while not done.is_set():
                counted[number] += 1
                found = engine.judge_bytes(b"needle %d %d" % (number, counted[number]), name="x")
                if found.status is not Status.MALICIOUS or len(found.reasons) != 1:
                    odd.append(found)

        threads = [threading.Thread(target=client, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        seen = {engine.versions().rules}
        for turn in range(5):
            write(tmp_path, f"turn{turn}")
            assert engine.reload_rules()
            seen.add(engine.versions().rules)
        until = time.monotonic() + 60
        while min(counted) <= 3 and time.monotonic() < until:
            time.sleep(0.05)  # two workers for three clients: one may wait long, but not for ever
        done.set()
        for thread in threads:
            thread.join()
        assert len(seen) == 6
        assert len(children() - before) == 1  # the zygote of the present rules; its workers are its own children
    assert odd == []
    assert min(counted) > 3
    assert children() == before


def test_a_folder_that_is_watched_is_taken_over_by_itself(tmp_path):
    write(tmp_path, "one")
    with Engine(EngineSettings(jail=False, rules_dirs=(tmp_path,), watch_rules=True)) as engine:
        write(tmp_path, "two")
        deadline = time.monotonic() + 20
        while (found := codes(engine)) != {"rule.user.two"}:
            assert time.monotonic() < deadline, found
            time.sleep(0.05)


def test_the_watch_waits_until_the_files_rest_and_calls_once(tmp_path):
    called = threading.Semaphore(0)
    watch = Watch((tmp_path,), called.release, seconds=0.05)
    try:
        assert not called.acquire(timeout=0.3)
        write(tmp_path, "one")
        assert called.acquire(timeout=10)
        assert not called.acquire(timeout=0.3)
        (tmp_path / "r.yar").unlink()
        assert called.acquire(timeout=10)
    finally:
        watch.stop()
        watch.stop()


def test_a_watch_whose_call_fails_goes_on(tmp_path):
    called = threading.Semaphore(0)

    def fail() -> None:
        called.release()
        raise RuntimeError("no")

    watch = Watch((tmp_path,), fail, seconds=0.05)
    try:
        for name in ("one", "two"):
            write(tmp_path, name)
            assert called.acquire(timeout=10)
    finally:
        watch.stop()


def test_what_tells_one_state_from_another(tmp_path):
    write(tmp_path, "one")
    first = fingerprint((tmp_path,))
    assert fingerprint((tmp_path,)) == first
    same = (tmp_path / "r.yar").stat()
    write(tmp_path, "two")  # the same length; even the time is put back
    os.utime(tmp_path / "r.yar", ns=(same.st_atime_ns, same.st_mtime_ns))
    assert fingerprint((tmp_path,)) != first
    (tmp_path / "note.txt").write_text("no rule")
    assert len(fingerprint((tmp_path,))) == 1
    assert fingerprint((tmp_path / "nowhere",)) == frozenset()
