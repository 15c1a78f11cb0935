"""The headers of an archive: read once for all readers, and never another answer than a first reading gives."""

import zlib

import pytest

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent, SliceContent
from anshin.engine.limits import Limits
from anshin.engine.unpack.zip_headers import SMALL, Headers, central_entries, directories, headers, local_entry
from tests.engine.samples import noise, zipped

ARCHIVE = zipped({f"{n}.txt": b"hello %d" % n for n in range(9)})


def test_the_same_bytes_have_the_same_headers_while_they_are_looked_at() -> None:
    budget = Budget(Limits())
    budget.begin()
    first = headers(BytesContent(ARCHIVE), budget)
    budget.begin()  # a member
    assert headers(BytesContent(ARCHIVE), budget) is first
    other = bytes(bytearray(ARCHIVE))
    assert headers(BytesContent(other), budget) is not first
    budget.end()
    budget.end()
    assert headers(BytesContent(ARCHIVE), budget) is not first


def test_content_that_is_not_in_memory_has_its_own() -> None:
    budget, content = Budget(Limits()), SliceContent(BytesContent(ARCHIVE), 0, len(ARCHIVE))
    assert headers(content, budget) is not headers(content, budget)


@pytest.mark.parametrize("limits", [(20, 3, 20), (3, 20, 3), (8, 9, 8), (9, 8, 9)])
def test_a_list_cut_short_is_not_taken_for_the_whole(limits: tuple[int, ...]) -> None:
    content = BytesContent(ARCHIVE)
    (directory,) = directories(content)
    known = Headers(content)
    for limit in limits:
        assert known.central(directory, limit) == central_entries(content, directory, limit)


def test_local_headers_are_those_that_stand_there() -> None:
    content = BytesContent(ARCHIVE)
    known = Headers(content)
    for at in (0, 1, 0, 1, len(ARCHIVE)):
        assert known.local(at) == local_entry(content, at)


def deflated(body: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return machine.compress(body) + machine.flush()


def test_a_small_stream_is_unpacked_once() -> None:
    packed = deflated(b"hello " * 100)
    known = Headers(BytesContent(b"xx" + packed + b"rest"))
    body = known.inflated(2, len(packed))
    assert body == b"hello " * 100
    assert known.tried(2, len(packed)) is body


@pytest.mark.parametrize("packed", [deflated(noise(900))[:-5], deflated(bytes(SMALL + 1)), deflated(noise(300_000))])
def test_what_is_cut_or_large_is_left_to_who_reads_it_in_steps(packed: bytes) -> None:
    assert Headers(BytesContent(packed)).inflated(0, len(packed)) is None


def test_damage_is_told_or_tried() -> None:
    known = Headers(BytesContent(b"\xff" * 50))
    with pytest.raises(zlib.error):
        known.inflated(0, 50)
    assert known.tried(0, 50) is None
    assert known.inflated(0, 0) is None
