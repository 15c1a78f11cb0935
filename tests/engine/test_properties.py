"""Random and mutated archives: never an exception, never clean when something in them was not scanned."""

import io
import tarfile
import zipfile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anshin.engine.limits import Limits
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status, Verdict
from tests.engine.samples import eicar, noise, tarred, zipped

CAREFUL = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
MAGIC = "504b0304 504b0506 377abcaf271c 1f8b08 425a6839 fd377a585a00 28b52ffd 213c617263683e0a 4d5a 526172211a07 2321"
HEADS = st.sampled_from([b"", tarred({"a": b"x"})[:512], *(bytes.fromhex(m) for m in MAGIC.split())])
MUTATIONS = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6)
NAMES = ["a.txt", "dir/t.com", "z.bin"]


def mutated(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    out = bytearray(data)
    for at, value in changes:
        out[at % len(out)] = value
    return bytes(out)


def readable_by_zipfile(data: bytes) -> bool:
    """Whether the standard library would take the test file out of the archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(archive.read(i) == eicar() for i in archive.infolist() if i.file_size < 1000)
    except Exception:  # noqa: BLE001 -- it raises nearly anything on such bytes
        return False


def readable_by_tarfile(data: bytes) -> bool:
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            found = [archive.extractfile(m) for m in archive.getmembers() if m.isreg() and m.size < 1000]
            return any(f is not None and f.read() == eicar() for f in found)
    except Exception:  # noqa: BLE001 -- it raises nearly anything on such bytes
        return False


def sound(verdict: Verdict) -> None:
    """A clean verdict has no gap anywhere, and a member is never worse than its archive."""
    order = [Status.CLEAN, Status.UNREADABLE, Status.INCOMPLETE, Status.SUSPICIOUS, Status.MALICIOUS]
    if verdict.status is Status.CLEAN:
        assert not verdict.gaps
    assert "crashed" not in {g.code for g in verdict.gaps}
    for child in verdict.children:
        assert order.index(child.status) <= order.index(verdict.status)
        sound(child)


@CAREFUL
@given(head=HEADS, body=st.binary(max_size=2000))
def test_any_bytes_give_a_sound_verdict(plain_engine, head, body):
    sound(plain_engine.judge_bytes(head + body, name="x"))


@CAREFUL
@given(changes=MUTATIONS, stored=st.booleans())
def test_what_zipfile_can_take_out_of_a_mutated_zip_is_found(plain_engine, changes, stored):
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    data = mutated(zipped({NAMES[0]: b"hello", NAMES[1]: eicar(), NAMES[2]: noise(300)}, method), changes)
    verdict = plain_engine.judge_bytes(data, name="x")
    sound(verdict)
    if readable_by_zipfile(data):
        assert verdict.status is Status.MALICIOUS


@CAREFUL
@given(changes=MUTATIONS)
def test_what_tarfile_can_take_out_of_a_mutated_tar_is_found(plain_engine, changes):
    data = mutated(tarred({NAMES[0]: b"hello", NAMES[1]: eicar(), NAMES[2]: noise(300)}), changes)
    verdict = plain_engine.judge_bytes(data, name="x")
    sound(verdict)
    if readable_by_tarfile(data):
        assert verdict.status is Status.MALICIOUS


@CAREFUL
@given(cut=st.integers(1, 3000))
def test_a_zip_cut_short_is_never_clean(plain_engine, cut):
    whole = zipped({NAMES[0]: noise(1000), NAMES[2]: noise(2000, 2)}, zipfile.ZIP_STORED)
    assert plain_engine.judge_bytes(whole[:-cut], name="x").status is not Status.CLEAN


SMALL = Limits(members=20, depth=3, total_bytes=20_000, file_bytes=5_000, window_bytes=5_000)
trees = st.recursive(
    st.integers(0, 8_000).map(noise),
    lambda inner: st.lists(inner, max_size=6).map(lambda parts: zipped({str(n): p for n, p in enumerate(parts)})),
    max_leaves=30,
)


@settings(CAREFUL, max_examples=25)
@given(tree=trees)
def test_a_clean_verdict_accounts_for_every_member(tree):
    """Count the members by hand; if the engine says clean it must have looked at exactly as many."""

    def count(data: bytes) -> int:
        if not data.startswith(b"PK"):
            return 0
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return sum(1 + count(archive.read(i)) for i in archive.infolist())

    def seen(verdict: Verdict) -> int:
        return sum(1 + seen(c) for c in verdict.children)

    with Engine(EngineSettings(jail=False, limits=SMALL)) as engine:
        verdict = engine.judge_bytes(tree, name="x")
    sound(verdict)
    if verdict.status is Status.CLEAN:
        assert seen(verdict) == count(tree)
    else:
        assert verdict.gaps
