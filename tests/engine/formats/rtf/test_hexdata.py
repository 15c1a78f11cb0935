"""Digits of objects are read through every disguise that Word reads through."""

import pytest

from anshin.engine.formats.rtf.hexdata import read_hex


@pytest.mark.parametrize(
    "text",
    [
        b"0102 0304}",
        b"01\r\n02\t03 04}",
        b"01{\\*\\junk 99 88}0203{\\*\\more {deep 77}66}04}",
        b"01\\par 02\\'ff03\\b0 04}",
        b"0{1}0{2}03 04}",
        b"01\\bin2 \x02\x0304}",
        b"0102;?!0304}",
    ],
)
def test_disguises(text):
    found = read_hex(text, 0)
    assert found.data == b"\x01\x02\x03\x04"
    assert found.end == len(text)


def test_oddities_are_counted():
    assert read_hex(b"01020304}", 0).oddities == 0
    assert read_hex(b"01\r\n020304}", 0).oddities == 0
    assert read_hex(b"01{\\*\\a 9}02\\b 03}", 0).oddities >= 2


@pytest.mark.parametrize(
    "text", [b"", b"0", b"{", b"}", b"\\", b"\\bin", b"\\bin-5 01}", b"\\bin99999999 ", b"01{\\*\\a"]
)
def test_ends_are_no_errors(text):
    read_hex(text, 0)
