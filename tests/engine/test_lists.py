import hashlib

import pytest

from anshin.engine.errors import ListError
from anshin.engine.lists import make_lists, parse_list
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status
from tests.engine.samples import eicar, zipped

HELLO = b"hello, a harmless text"
ARCHIVE = zipped({"t.com": eicar(), "h.txt": HELLO})


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(params=[False, True], ids=["in process", "jailed"])
def engine(request):
    with Engine(EngineSettings(jail=request.param)) as engine:
        yield engine


@pytest.mark.parametrize(
    ("allow", "deny", "data", "status"),
    [
        ([], [], eicar(), Status.MALICIOUS),
        ([eicar()], [], eicar(), Status.CLEAN),
        ([], [HELLO], HELLO, Status.MALICIOUS),
        ([HELLO], [HELLO], HELLO, Status.MALICIOUS),
        ([eicar()], [], ARCHIVE, Status.CLEAN),  # the only bad member is allowed
        ([HELLO], [], ARCHIVE, Status.MALICIOUS),
        ([ARCHIVE], [], ARCHIVE, Status.CLEAN),
        ([ARCHIVE], [HELLO], ARCHIVE, Status.MALICIOUS),  # deny beats all, inside an allowed archive, too
        ([ARCHIVE], [b"something else"], ARCHIVE, Status.CLEAN),
        ([], [HELLO], ARCHIVE, Status.MALICIOUS),
    ],
)
def test_allow_beats_rules_and_deny_beats_all(engine, allow, deny, data, status):
    engine.set_lists(allow=[digest(a) for a in allow], deny=[digest(d) for d in deny])
    assert engine.judge_bytes(data, name="x").status is status


def test_lists_take_effect_on_files_judged_before(engine):
    assert engine.judge_bytes(HELLO, name="x").status is Status.CLEAN
    engine.set_lists(allow=[], deny=[digest(HELLO).upper()])
    found = engine.judge_bytes(HELLO, name="x")
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].code == "list.deny"
    engine.set_lists(allow=[], deny=[])
    assert engine.judge_bytes(HELLO, name="x").status is Status.CLEAN


def test_a_wrong_hash_changes_nothing(engine):
    engine.set_lists(allow=[], deny=[digest(HELLO)])
    with pytest.raises(ListError):
        engine.set_lists(allow=["abc"], deny=[])
    assert engine.judge_bytes(HELLO, name="x").status is Status.MALICIOUS


def test_list_files_take_comments_and_the_output_of_sha256sum():
    text = f"# ours\n\n{digest(b'a').upper()}\n{digest(b'b')}  file b.txt # why\n"
    assert parse_list(text, "x") == {digest(b"a"), digest(b"b")}


def test_a_wrong_line_is_named():
    with pytest.raises(ListError, match=r"list\.txt, line 2"):
        parse_list("# fine\nnot-a-hash\n", "list.txt")


def test_equal_lists_have_equal_keys():
    first, second = make_lists(allow=[digest(b"a"), digest(b"b")]), make_lists(allow=[digest(b"b"), digest(b"a")])
    assert first == second
    assert first.key == second.key != make_lists(deny=[digest(b"a"), digest(b"b")]).key
