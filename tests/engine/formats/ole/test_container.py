"""The container is read as olefile reads it, and goes on where olefile stops."""

import io
import random
import struct

import olefile  # type: ignore[import-untyped]
import pytest

from anshin.engine.formats.ole.container import STREAM, NotOle, open_container
from tests.engine.ole_samples import ole

STREAMS = {"small": b"abc" * 30, "Big": bytes(range(256)) * 40, "Store/Inner/deep": b"d" * 70, "Store/none": b""}


def read_all(data: bytes) -> dict[str, bytes]:
    box = open_container(data)
    return {e.path: box.read(e) for e in box.entries if e.kind == STREAM}


def test_streams_are_read_as_olefile_reads_them():
    data = ole(STREAMS, clsids={"": "00020906-0000-0000-c000-000000000046"})
    assert read_all(data) == STREAMS
    with olefile.OleFileIO(io.BytesIO(data)) as other:
        assert {"/".join(p): other.openstream(p).read() for p in other.listdir()} == STREAMS
    box = open_container(data)
    assert box.root_clsid() == "00020906-0000-0000-c000-000000000046"
    assert not box.damage
    assert box.find("store/INNER/deep") is not None


def test_entry_outside_the_tree_is_found():
    data = bytearray(ole(STREAMS))
    at = data.find("Big".encode("utf-16-le"))
    left = data.find("small".encode("utf-16-le"))
    (after,) = struct.unpack_from("<I", data, at + 72)
    struct.pack_into("<I", data, left + 72, after)  # the neighbour steps over it
    found = {e.path: e.hidden for e in open_container(bytes(data)).streams()}
    assert found["Big"] is True
    assert found["small"] is False


def test_damage_is_told_and_never_raised():
    data = ole(STREAMS)
    for size in range(512, len(data), 97):
        box = open_container(data[:size])
        for entry in box.entries:
            box.read(entry)
        assert box.damage, size
    for size in (0, 8, 511):
        with pytest.raises(NotOle):
            open_container(data[:size])


def test_flipped_bytes_never_raise():
    good, dice = ole(STREAMS), random.Random(5)
    for _ in range(400):
        data = bytearray(good)
        for _ in range(dice.randint(1, 12)):
            data[dice.randrange(8, len(data))] = dice.randrange(256)
        box = open_container(bytes(data))
        for entry in box.entries:
            assert len(box.read(entry)) <= len(data)


def test_circles_end():
    data = bytearray(ole(STREAMS))
    table = data.rfind(struct.pack("<I", 0xFFFFFFFD)) & ~511
    for sector in range(20):
        struct.pack_into("<I", data, table + 4 * sector, sector)
    box = open_container(bytes(data))
    for entry in box.entries:
        assert len(box.read(entry)) <= len(data)
