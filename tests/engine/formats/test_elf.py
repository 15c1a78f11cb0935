"""What is read of a Linux program, and that no bytes whatever break the reading."""

import random
import struct

import pytest

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.elf.image import read
from anshin.engine.formats.elf.linked import linked
from anshin.engine.formats.elf.parse import parse
from anshin.engine.limits import Limits
from anshin.engine.verdict import Status
from tests.engine.formats.elf_builder import Elf, module
from tests.engine.indicator_cases.elf import CASES
from tests.engine.samples import eicar, gap_codes, noise, reason_codes, zipped

_RICH = Elf(imports=("socket", "system"), exports=("main_of_it",), runpath="/opt/x", strings=("UPX!",), overlay=b"tail")


def parsed(data: bytes, **limits: float) -> Parsed:
    return parse(data, Budget(Limits(**limits)))  # type: ignore[arg-type]


@pytest.mark.parametrize("bits", [1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("sections", [True, False])
def test_names_are_found_in_every_class_and_byte_order(bits, order, sections):
    image = read(
        Elf(bits=bits, order=order, sections=sections, imports=("socket",), exports=("own",), machine=8).build()
    )
    assert image is not None
    assert not image.damage
    found = linked(image)
    assert found.needed == ["libc.so.6"]
    assert (found.imports, found.exports) == (["socket"], ["own"])


@pytest.mark.parametrize("stated", [(1, 1), (1, 2), (2, 2), (9, 9), (0, 0)])
def test_a_lying_ident_hides_nothing(stated):
    found = parsed(Elf(ident=stated, imports=("ptrace",)).build())
    assert {"elf.forged_header", "elf.traces_processes"} <= {s.code for s in found.signs}


def test_a_removed_or_forged_section_table_hides_no_name():
    for built in (Elf(sections=False, imports=("ptrace",)), Elf(shoff=1 << 40, imports=("ptrace",))):
        assert "elf.traces_processes" in {s.code for s in parsed(built.build()).signs}


def test_a_program_in_a_program_is_judged_on_its_own(judge):
    bad = Elf(
        strings=("esxcli vm process " + "kill", "vim-cmd vmsvc/" + "getallvms", ".vmdk", ".vmem", ".vswp", ".vmsn")
    )
    # shifted by nothing but the outer program: its strings are found in the outer one as well
    found = judge(Elf(rodata=bad.build()).build())
    assert found.status is Status.MALICIOUS
    assert [child.name for child in found.children] == ["(program 1)"]


def test_what_is_appended_is_taken_out(judge):
    found = judge(Elf(overlay=zipped({"a": eicar()})).build())
    assert "rule.eicar" in reason_codes(found)
    found = judge(Elf(overlay=b"#!/bin/sh\necho hello\n").build())
    assert [child.type.kind for child in found.children] == ["shell"]


def test_code_for_graphics_cards_is_not_taken_out():
    inner = Elf(machine=190).build()
    assert not parsed(Elf(rodata=inner * 100).build()).members


def test_a_program_cut_short_is_never_clean(judge):
    whole = Elf(text=bytes(4000)).build()
    for end in range(4, len(whole), 97):
        assert judge(whole[:end]).status is not Status.CLEAN, end


def test_too_many_inner_programs_are_a_gap(judge):
    found = judge(Elf(rodata=Elf().build() * 100).build())
    assert "members" in gap_codes(found)


@pytest.mark.parametrize("data", [_RICH.build(), module(("commit_creds",)), Elf(bits=1, order=">").build()])
def test_every_length_is_survived(data):
    for end in range(len(data)):
        parsed(data[:end])


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_are_survived(seed):
    chance = random.Random(seed)
    for case in list(CASES.values())[:: 7 + seed]:
        data = bytearray(case.positive)
        for _ in range(120):
            data[chance.randrange(min(len(data), 1500))] = chance.choice(
                (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
            )
            parsed(bytes(data))


@pytest.mark.parametrize("field", range(16, 64, 2))
def test_huge_numbers_in_the_header_are_survived(field):
    for built in (Elf(), Elf(bits=1)):
        for value in (b"\xff\xff", b"\x00\x80", b"\xff\x7f"):
            data = bytearray(built.build())
            data[field : field + 2] = value
            parsed(bytes(data), seconds=5)


def test_huge_tables_cost_little():
    data = bytearray(Elf().build() + bytes(1 << 20))
    struct.pack_into("<HH", data, 60, 0xFFFF, 0xFFFF)
    parsed(bytes(data), seconds=2)
    row = 64 + 2 * 56  # the dynamic segment
    struct.pack_into("<Q", data, row + 32, 1 << 62)
    parsed(bytes(data), seconds=2)


def test_a_million_marks_cost_little_and_are_a_gap():
    found = parsed(Elf().build() + b"\x7fELF\x02\x01\x01" * 100_000, seconds=5)
    assert [p.gap for p in found.problems] == ["members"]


def test_the_time_that_is_over_ends_the_reading():
    ticks = iter(range(100))
    with pytest.raises(LimitHit):
        parse(Elf().build(), Budget(Limits(seconds=1), clock=lambda: float(next(ticks))))


@pytest.mark.parametrize("edit", ["padding", "section", "overlay", "strings"])
def test_harmless_additions_never_lower_the_score(judge, edit):
    strings = ("esxcli vm process " + "kill", "vim-cmd vmsvc/" + "getallvms", ".vmdk", ".vmem", ".vswp", ".vmsn")
    changed = {
        "padding": Elf(strings=strings, text=bytes(100_000)),
        "section": Elf(strings=strings, extra_sections=(".nice", ".text2")),
        "overlay": Elf(strings=strings, overlay=noise(50_000)),
        "strings": Elf(strings=strings + tuple(f"Copyright {n} example" for n in range(500))),
    }[edit]
    assert judge(changed.build()).score >= judge(Elf(strings=strings).build()).score
