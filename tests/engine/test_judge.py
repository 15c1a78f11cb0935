import subprocess
import sys

from anshin.engine.limits import MIB
from anshin.engine.verdict import Status
from tests.engine.samples import eicar, gap_codes, noise, tarred, zipped


def nested(depth: int, core: bytes) -> bytes:
    for _ in range(depth):
        core = zipped({"in.zip": core})
    return core


def test_depth_is_counted_over_all_formats(judge):
    assert judge(nested(3, eicar()), depth=3).status is Status.MALICIOUS
    too_deep = judge(nested(4, eicar()), depth=3)
    assert too_deep.status is Status.INCOMPLETE
    assert gap_codes(too_deep) == {"depth"}
    assert too_deep.gaps[0].place.member == "in.zip!in.zip!in.zip"


def test_bytes_are_counted_over_all_members(judge):
    found = judge(zipped({str(n): noise(MIB, n) for n in range(5)}), total_bytes=3 * MIB)
    assert gap_codes(found) == {"bytes"}
    assert found.status is Status.INCOMPLETE


def test_finding_before_a_limit_stands_beside_the_gap(judge):
    found = judge(tarred({"t.com": eicar(), **{str(n): b"x" for n in range(10)}}), members=3)
    assert found.status is Status.MALICIOUS
    assert gap_codes(found) == {"members"}


def test_members_beyond_the_listed_ones_still_count(judge):
    found = judge(zipped({**{str(n): b"x" for n in range(5)}, "t.com": eicar()}), reported_members=3)
    assert len(found.children) == 3
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member == "t.com"


def test_archive_that_holds_itself_ends_at_the_depth_limit(judge, monkeypatch):
    """A quine unpacks to itself; here every unpacking yields the same archive again."""
    from anshin.engine import judge as module
    from anshin.engine.unpack import Member

    def itself(content, kind, name, meter, sink):
        sink(Member("again.zip", content))

    monkeypatch.setattr(module, "unpack", itself)
    found = judge(zipped({"x": b"y"}))
    assert gap_codes(found) == {"depth"}
    assert found.status is Status.INCOMPLETE


def test_an_unpacker_that_fails_makes_the_file_incomplete(judge, monkeypatch):
    from anshin.engine import judge as module

    def failing(*_):
        raise IndexError("forged")

    monkeypatch.setattr(module, "unpack", failing)
    assert gap_codes(judge(b"any bytes that were not seen before")) == {"damaged"}


def test_identification_that_fails_makes_the_file_incomplete(judge, monkeypatch):
    from anshin.engine import judge as module

    def failing(*_, **__):
        raise IndexError("forged")

    monkeypatch.setattr(module, "identify", failing)
    assert gap_codes(judge(b"other bytes that were not seen before")) == {"crashed"}


def test_magika_is_loaded_only_when_there_is_something_to_tell():
    script = (
        "import sys\n"
        "from tests.engine.samples import eicar\n"
        "from anshin.engine.service import Engine, EngineSettings\n"
        "with Engine(EngineSettings(jail=False)) as engine:\n"
        "    assert engine.judge_bytes(b'plain words', name='x').type.kind == 'text'\n"
        "    assert 'onnxruntime' not in sys.modules\n"
        "    assert engine.judge_bytes(eicar() + b' ', name='x').status == 'malicious'\n"
        "    assert 'onnxruntime' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(p for p in sys.path if p)})
