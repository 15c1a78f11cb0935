import bz2
import gzip
import lzma
import struct
import subprocess
import sys
import zipfile

import pytest

from anshin.engine.content import BytesContent
from anshin.engine.identify import identify
from anshin.engine.identify.decide import magic_table
from tests.engine.samples import minimal_pe, noise, tarred, zipped


def old_tar() -> bytes:
    """Return a tar from before there were magic bytes: only its checksum tells."""
    block = bytearray(tarred({"a": b"x"})[:1024])
    block[257:265] = bytes(8)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block[:512])
    return bytes(block) + bytes(1024)


def kind(data: bytes) -> str:
    return identify(BytesContent(data), ask_magika=False).kind


@pytest.mark.parametrize("row", magic_table(), ids=lambda r: f"{r.kind}-{r.value.hex()[:12]}")
def test_every_row_of_the_table_is_reached(row):
    data = bytearray(noise(40000))
    data[:512] = bytes(512)  # no other magic may stand at the start
    data[0:1] = b"\x01"
    data[row.offset : row.offset + len(row.value)] = row.value
    assert kind(bytes(data)) == row.kind


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "empty"),
        (minimal_pe(), "pe"),
        (b"MZ" + bytes(100), "msdos"),
        (b"\xca\xfe\xba\xbe" + struct.pack(">I", 2) + bytes(40), "macho"),
        (b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, 65) + bytes(40), "class"),
        (tarred({"a": b"x"}), "tar"),
        (old_tar(), "tar"),
        (gzip.compress(b"x", mtime=0), "gzip"),
        (bz2.compress(b"x"), "bzip2"),
        (bz2.compress(b""), "bzip2"),
        (lzma.compress(b"x"), "xz"),
        (zipped({"a": b"x"}), "zip"),
        (zipped({"[Content_Types].xml": b"x", "word/document.xml": b"x"}), "docx"),
        (zipped({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}), "xlsx"),
        (zipped({"META-INF/MANIFEST.MF": b"x"}), "jar"),
        (zipped({"META-INF/MANIFEST.MF": b"x", "AndroidManifest.xml": b"x"}), "apk"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}, zipfile.ZIP_STORED), "odf"),
        (b"junk before\n%PDF-1.7\n", "pdf"),
        (b"GIF89a\n%PDF-1.7\n", "pdf"),
        (tarred({"%PDF-1.7": b"x"}), "tar"),
        (tarred({"MZ.txt": b"x"}), "tar"),
        (b"\x1f\x8b\x08\x08" + bytes(6) + b"%PDF-1.4\0", "gzip"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(26) + b"%PDF-1.4\n", "7z"),
        (b"#!/usr/bin/env python3\nprint()\n", "python"),
        (b"#!/bin/bash -e\n", "shell"),
        (b"#!/opt/thing\n", "script"),
        (b"  <!DOCTYPE html><p>", "html"),
        (b"From: a@example.com\nTo: b@example.com\n\nhello", "mail"),
        (b"Note: this is\na text: indeed\n", "text"),
        ("<?php echo 1;".encode("utf-16"), "php"),
        (b"\x01\x02\x03\x04" * 50, "unknown"),
    ],
)
def test_kinds_by_structure_and_text(data, expected):
    assert kind(data) == expected


def test_magika_is_asked_only_where_magic_ends():
    script = (
        "from anshin.engine.content import BytesContent as B\n"
        "from anshin.engine.identify import identify\n"
        "import sys\n"
        "identify(B(b'%PDF-1.7')), identify(B(b'')), identify(B(b'#!/bin/sh'))\n"
        "assert 'onnxruntime' not in sys.modules\n"
        "found = identify(B(b'#include <stdio.h>\\nint main(void) {\\n    return puts(\"hello\");\\n}\\n' * 20))\n"
        "assert 'onnxruntime' in sys.modules\n"
        "assert (found.kind, found.decided_by) == ('c', 'magika'), found\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(sys.path)})


def test_without_magika_the_kind_is_text_and_no_error():
    script = (
        "import sys\n"
        "sys.modules['magika'] = None\n"
        "from anshin.engine.content import BytesContent as B\n"
        "from anshin.engine.identify import identify\n"
        "assert identify(B(b'some words')).kind == 'text'\n"
        "assert identify(B(bytes(9))).kind == 'unknown'\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": ":".join(sys.path)})
