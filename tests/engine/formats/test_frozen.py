"""What PyInstaller packed behind programs for Linux and macOS is judged."""

import struct
import zlib

import pytest

from anshin.engine.formats.frozen import MAGIC
from anshin.engine.verdict import Status
from tests.engine.formats.elf_builder import Elf
from tests.engine.formats.macho_builder import MachO, fat
from tests.engine.samples import eicar, gap_codes


def archive(files: dict[str, bytes], *, table_at: int | None = None) -> bytes:
    body, table = b"", b""
    for name, data in files.items():
        packed, label = zlib.compress(data), name.encode() + b"\0"
        table += struct.pack(">IIIIBc", 18 + len(label), len(body), len(packed), len(data), 1, b"b") + label
        body += packed
    at = len(body) if table_at is None else table_at
    return body + table + struct.pack(">8sIIII64s", MAGIC, len(body) + len(table) + 88, at, len(table), 311, b"python")


@pytest.mark.parametrize("program", [Elf().build(), MachO().build(), fat(MachO().build())])
@pytest.mark.parametrize("behind", [b"", bytes(20_000)])
def test_files_of_the_archive_are_judged(judge, program, behind):
    found = judge(program + archive({"a.txt": b"honest", "b.com": eicar()}) + behind)
    assert found.status is Status.MALICIOUS
    assert {"a.txt", "b.com"} <= {child.name for child in found.children}
    assert judge(program + archive({"a.txt": b"honest"}) + behind).status is Status.CLEAN


@pytest.mark.parametrize("program", [Elf().build(), MachO().build()])
def test_a_table_that_leads_nowhere_is_a_gap(judge, program):
    assert gap_codes(judge(program + archive({"a.txt": b"honest"}, table_at=10**6))) == {"damaged"}
