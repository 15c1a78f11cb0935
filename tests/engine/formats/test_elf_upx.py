"""A packed program is judged as the program it is, whether its marks were destroyed or not."""

import random

import pytest

from anshin.engine.budget import Budget
from anshin.engine.formats.elf import upx
from anshin.engine.formats.elf.image import read
from anshin.engine.formats.elf.parse import parse
from anshin.engine.limits import Limits
from anshin.engine.verdict import Status
from tests.engine.formats.elf_builder import Elf
from tests.engine.formats.upx_builder import nrv, repeated
from tests.engine.formats.upx_builder import upx as packed
from tests.engine.samples import gap_codes, reason_codes

_BAD = Elf(strings=("esxcli vm process " + "kill", "vim-cmd vmsvc/" + "getallvms", ".vmdk", ".vmem", ".vswp", ".vmsn"))
_METHODS = [14, 2, 3, 5, 6, 8, 9]


@pytest.mark.parametrize("method", _METHODS[1:])
def test_streams_of_every_method(method):
    data = bytes(range(200)) + b"xy"
    found = upx._nrv(nrv(data, method), 4096, method, "<", Budget(Limits()))
    assert found == repeated(data, method)


@pytest.mark.parametrize("method", _METHODS)
def test_the_packed_program_is_judged(judge, method):
    found = judge(packed(_BAD.build(), method))
    assert found.status is Status.MALICIOUS
    assert "elf.server_ransomware" in reason_codes(found)
    assert found.children[0].name == "(unpacked)"
    honest = judge(packed(Elf(text=bytes(6000)).build(), method))
    assert honest.status is Status.CLEAN, honest.reasons


@pytest.mark.parametrize("change", [{"marks": False}, {"magic": b"ABC!"}])
def test_destroyed_marks_hide_nothing_and_are_told(judge, change):
    found = judge(packed(_BAD.build(), **change))
    assert {"elf.upx_broken", "elf.server_ransomware"} <= reason_codes(found)


def test_blocks_that_lie_are_a_gap(judge):
    data = bytearray(packed(_BAD.build(), 8))
    data[-200:-100] = b"\xff" * 100
    assert judge(bytes(data)).status is not Status.CLEAN


def test_what_takes_too_long_is_a_gap(judge, monkeypatch):
    monkeypatch.setattr(upx, "SLOWEST", 1000)
    assert "size" in gap_codes(judge(packed(Elf(text=bytes(4000)).build(), 8)))


@pytest.mark.parametrize("method", _METHODS)
def test_changed_streams_are_survived(method):
    chance = random.Random(method)
    whole = packed(Elf(strings=("hello",)).build(), method)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(4):
            data[chance.randrange(120, len(data))] = chance.randrange(256)
        parse(bytes(data), Budget(Limits(seconds=5)))
        image = read(bytes(data[: chance.randrange(len(data))]))
        if image is not None and (start := upx.start_of(image)) is not None:
            upx.unpacked(image, start, Budget(Limits(seconds=5)))
