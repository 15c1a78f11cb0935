"""Edits keep what a file does: shown on harmless files, by running them or by reading what the loader reads."""

import random
import struct
import subprocess
import sys

import numpy as np
import pytest

from anshin.engine.features.ember.tables import imported
from anshin.engine.formats.pe.image import Image, read_image
from anshin.training.evaluate.evasion import documents, programs, scripts
from anshin.training.evaluate.evasion.added_sections import HARMLESS, more_imports, new_section
from anshin.training.evaluate.evasion.attack import attack, edits_of
from anshin.training.evaluate.evasion.edit import Edit, honest_piece
from tests.engine.pe_files import pe

HONEST = b"The quick brown fox jumps over the lazy dog. \x00\xff?> */ 'quoted' \"text\"\n" * 50
PYTHON = (
    b'import sys\nname = "a harmless greeting";\nprint("hello, " + name, "wonderful world")\n'
    b"for i in range(3):\n    print(i * 2);\n"
)
SHELL = b'#!/bin/sh\nname="a harmless greeting"\necho "hello, $name"\nfor i in 1 2 3; do echo "$i"; done\n'


def ran(command: list[str]) -> bytes:
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.mark.parametrize("edit", scripts.edits_for("python"), ids=lambda e: e.name)
def test_edited_python_prints_the_same(edit: Edit):
    edited = edit.apply(PYTHON, random.Random(1), HONEST)
    assert edited is not None
    assert edited != PYTHON
    run = [ran([sys.executable, "-c", source.decode()]) for source in (PYTHON, edited)]
    assert run[0] == run[1] != b""


@pytest.mark.parametrize("edit", scripts.edits_for("shell"), ids=lambda e: e.name)
def test_edited_shell_script_prints_the_same(edit: Edit):
    edited = edit.apply(SHELL, random.Random(1), HONEST) or SHELL
    run = [ran(["/bin/sh", "-c", source.decode()]) for source in (SHELL, edited)]
    assert run[0] == run[1] != b""


def program() -> bytes:
    """Return a PE of one section whose own size is smaller than its size in the file."""
    out = bytearray(0x600)
    out[:2] = b"MZ"
    struct.pack_into("<I", out, 0x3C, 0x80)
    struct.pack_into("<4sHHIIIHH", out, 0x80, b"PE\0\0", 0x14C, 1, 0, 0, 0, 0xE0, 0x102)
    struct.pack_into("<H", out, 0x98, 0x10B)
    at = 0x98 + 0xE0
    out[at : at + 8] = b"UPX0\0\0\0\0"
    struct.pack_into("<IIII", out, at + 8, 0x100, 0x1000, 0x200, 0x400)
    out[0x400:0x500] = bytes(range(256))
    return bytes(out)


def loaded(data: bytes) -> bytes:
    """Return what the loader maps of the section."""
    (at,) = struct.unpack_from("<I", data, 0x3C)
    assert data[at : at + 4] == b"PE\0\0"
    size, _, _, start = struct.unpack_from("<IIII", data, at + 24 + 0xE0 + 8)
    return data[start : start + size]


IN_PLACE = [e for e in programs.EDITS if e.name not in {"new section", "more imports"}]


@pytest.mark.parametrize("edit", IN_PLACE, ids=lambda e: e.name)
def test_edited_program_loads_the_same(edit: Edit):
    before = program()
    after = edit.apply(before, random.Random(2), HONEST)
    assert after is not None
    assert after != before
    assert loaded(after) == loaded(before)


def imported_by(image: Image) -> dict[str, list[str]]:
    notes: set[str] = set()
    found = imported(image, notes)
    assert not notes
    return found


@pytest.mark.parametrize("plus", [True, False])
@pytest.mark.parametrize("edit", [new_section, more_imports])
def test_added_section_leaves_everything_else_where_it_was(edit, plus):
    before = pe(imports={"USER32.dll": ["MessageBoxA", 7], "ADVAPI32.dll": ["RegCloseKey"]}, plus=plus)
    after = edit(before, random.Random(2), HONEST)
    assert after is not None
    old, new = read_image(before), read_image(after)
    assert old is not None
    assert new is not None
    assert [new.content(s) for s in new.sections[:-1]] == [old.content(s) for s in old.sections]
    assert [s.rva for s in new.sections[:-1]] == [s.rva for s in old.sections]
    assert new.optional["entry"] == old.optional["entry"]
    assert new.optional["size_of_image"] == new.sections[-1].rva + (0x8000 if edit is new_section else 0x1000)
    names = imported_by(new)
    mine = names.pop("KERNEL32.dll", [])
    assert names == imported_by(old)
    assert mine == ([] if edit is new_section else list(HARMLESS))
    assert edit(after, random.Random(2), HONEST) is not None, "a chain of edits goes on"


@pytest.mark.parametrize(
    "data",
    [
        pe(overlay=b"what an installer reads"),
        pe(directories={4: (0x900, 8)}),
        pe(directories={11: (0x300, 8)}),
        pe()[:0x300],
        program(),
    ],
    ids=["overlay", "signed", "bound", "cut", "no directories"],
)
def test_program_that_would_not_do_the_same_is_left_alone(data):
    assert new_section(data, random.Random(2), HONEST) is None
    assert more_imports(data, random.Random(2), HONEST) is None


MACRO = (
    b'Attribute VB_Name = "Module1"\nDeclare PtrSafe Function Tick Lib "kernel32" () As Long\n'
    b'Sub Hello()\n    MsgBox "a harmless greeting"\nEnd Sub\nFunction Two()\n    Two = 2\nEnd Function\n'
)


@pytest.mark.parametrize("edit", scripts.edits_for("vba"), ids=lambda e: e.name)
def test_edited_macro_has_the_same_lines_that_do_something(edit: Edit):
    edited = edit.apply(MACRO, random.Random(1), HONEST)
    assert edited is not None
    lines = [line for line in edited.decode("latin-1").splitlines() if line and not line.startswith("'")]
    assert lines == MACRO.decode().splitlines()
    assert len(edited) > len(MACRO)
    assert edit.apply(b"\xd0\xcf\x11\xe0" + bytes(600), random.Random(1), HONEST) is None
    assert edit.apply(b"PK\x03\x04abc", random.Random(1), HONEST) is None


@pytest.mark.parametrize("edit", documents.EDITS, ids=lambda e: e.name)
def test_edited_document_keeps_its_pages(edit: Edit):
    import io

    import pikepdf

    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.add_blank_page()
        pdf.save(out)
    edited = edit.apply(out.getvalue(), random.Random(3), HONEST)
    assert edited is not None
    with pikepdf.open(io.BytesIO(edited)) as pdf:
        assert len(pdf.pages) == 2


@pytest.mark.parametrize("family", ["pe", "pdf", "javascript", "powershell", "php"])
def test_edits_of_nonsense_never_fail(family: str):
    chance = random.Random(4)
    for data in (b"", b"MZ", b"%PDF-", bytes(100), program()[:90]):
        for edit in edits_of(family):
            edit.apply(data, chance, HONEST)


def test_attack_counts_what_is_still_caught():
    def score(data: bytes, _name: str) -> float:
        return 0.9 if len(data) < 70_000 else 0.1  # a model that is fooled by an overlay and by nothing else

    found = attack("pe", [("a", program()), ("b", program())], [HONEST], score, 0.5)
    caught = {name: one["hits"] for name, one in found["caught"].items()}
    assert caught["before"] == 2
    assert caught["overlay"] == 2  # 64 KiB and 1.5 KiB stay below
    assert caught["section names"] == 2
    assert caught["worst single edit"] == 2
    assert np.isfinite(found["threshold"])


def test_piece_of_honest_material_has_the_length_asked_for():
    chance = random.Random(5)
    assert len(honest_piece(b"abc", chance, 10)) == 10
    assert honest_piece(b"", chance, 4) == bytes(4)
