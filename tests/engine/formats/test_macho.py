"""What is read of a program for macOS, and that no bytes whatever break the reading."""

import random
import struct

import pytest

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.errors import LimitHit
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.macho.image import read
from anshin.engine.formats.macho.linked import names
from anshin.engine.formats.macho.parse import parse
from anshin.engine.formats.macho.signed import signed
from anshin.engine.identify import identify
from anshin.engine.limits import Limits
from anshin.engine.verdict import Status
from tests.engine.formats.macho_builder import MachO, fat
from tests.engine.indicator_cases.macho import CASES
from tests.engine.samples import gap_codes, noise, reason_codes

_RICH = MachO(
    imports=("socket",), exports=("own",), entitlements=("com.apple.security.get-task-allow",), overlay=b"tail"
)


def parsed(data: bytes, **limits: float) -> Parsed:
    return parse(data, Budget(Limits(**limits)))  # type: ignore[arg-type]


@pytest.mark.parametrize("bits", [1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
def test_names_are_found_in_every_class_and_byte_order(bits, order):
    data = MachO(bits=bits, order=order, imports=("socket", "exit"), exports=("own",)).build()
    assert identify(BytesContent(data), ask_magika=False).kind == "macho"
    image = read(data)
    assert image is not None
    assert not image.damaged
    assert image.dylibs == ["/usr/lib/libSystem.B.dylib"]
    assert names(image) == (["socket", "exit"], ["own"])


def test_the_signature_is_read_but_never_believed():
    image = read(_RICH.build())
    assert image is not None
    found = signed(image)
    assert found.there
    assert found.by_developer
    assert found.hardened
    assert found.rights == ("com.apple.security.get-task-allow",)
    strings = ("dscl . " + "-authonly", "login.keychain-db")
    # a signature lowers no score
    signed_score = {s.code for s in parsed(MachO(strings=strings).build()).signs}
    assert signed_score <= {s.code for s in parsed(MachO(strings=strings, signed=False).build()).signs}


def test_every_slice_is_read():
    data = fat(MachO().build(), MachO(machine=0x01000007, imports=("NSLinkModule",)).build())
    assert "macho.runs_from_memory" in {s.code for s in parsed(data).signs}


def test_a_slice_that_is_no_program_is_a_member(judge):
    found = judge(fat(MachO().build(), b"#!/bin/sh\necho hello\n"))
    assert [child.type.kind for child in found.children] == ["shell"]


def test_wide_fat_files_are_read():
    image = MachO(imports=("NSLinkModule",)).build()
    data = b"\xca\xfe\xba\xbf" + struct.pack(">IIIQQII", 1, 7, 3, 40, len(image), 0, 0) + image
    assert identify(BytesContent(data), ask_magika=False).kind == "macho"
    assert "macho.runs_from_memory" in {s.code for s in parsed(data).signs}


def test_a_program_cut_short_is_never_clean(judge):
    whole = MachO(text=bytes(4000)).build()
    for end in range(8, len(whole) - 400, 97):
        assert judge(whole[:end]).status is not Status.CLEAN, end
    assert gap_codes(judge(fat(whole)[:-1])) == {"damaged"}


def test_more_slices_than_machines_exist_are_a_gap(judge):
    assert "members" in gap_codes(judge(fat(*[MachO().build()] * 20)))


@pytest.mark.parametrize("data", [_RICH.build(), fat(MachO().build(), MachO(bits=1).build())])
def test_every_length_is_survived(data):
    for end in range(len(data)):
        parsed(data[:end])


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_are_survived(seed):
    chance = random.Random(seed)
    for case in list(CASES.values())[:: 5 + seed]:
        data = bytearray(case.positive)
        for _ in range(120):
            data[chance.randrange(min(len(data), 1200))] = chance.choice(
                (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
            )
            parsed(bytes(data))


def test_huge_numbers_cost_little():
    data = bytearray(MachO().build() + bytes(1 << 20))
    struct.pack_into("<II", data, 16, 0xFFFFFFFF, 0xFFFFFFFF)
    assert "macho.malformed" in {s.code for s in parsed(bytes(data), seconds=2).signs}
    assert parsed(b"\xca\xfe\xba\xbe\0\0\0\x27" + b"\xff" * 4000, seconds=2).problems


def test_the_time_that_is_over_ends_the_reading():
    ticks = iter(range(100))
    with pytest.raises(LimitHit):
        parse(MachO().build(), Budget(Limits(seconds=1), clock=lambda: float(next(ticks))))


@pytest.mark.parametrize("edit", ["padding", "overlay", "strings", "dylibs"])
def test_harmless_additions_never_lower_the_score(judge, edit):
    strings = ("dscl . " + "-authonly", "ditto -c -k x", "curl -F " + "a=@b")
    changed = {
        "padding": MachO(strings=strings, text=bytes(100_000)),
        "overlay": MachO(strings=strings, overlay=noise(50_000)),
        "strings": MachO(strings=strings + tuple(f"Copyright {n} example" for n in range(500))),
        "dylibs": MachO(strings=strings, dylibs=("/usr/lib/libSystem.B.dylib", "/usr/lib/libz.dylib")),
    }[edit]
    plain = judge(MachO(strings=strings).build())
    assert "macho.checks_password" in reason_codes(plain)
    assert judge(changed.build()).score >= plain.score
