import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshin.engine.names import member_name, safe_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("報告書.pdf", "報告書.pdf"),
        (b"caf\xc3\xa9", "café"),
        (b"bad\xff\xfename", "bad\\xff\\xfename"),
        ("two\nlines", "two\\x0alines"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("invoice\u202efdp.exe", "invoice\\u202efdp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tag\U000e0041", "tag\\U000e0041"),
        (pathlib.PurePosixPath("/tmp/a"), "/tmp/a"),
    ],
)
def test_names_become_visible_text(name, expected):
    assert safe_name(name) == expected


@given(st.binary(max_size=300))
def test_any_bytes_become_printable_text_that_can_be_stored(raw):
    text = safe_name(raw)
    text.encode("utf-8")
    assert text.isprintable() or "\u3000" in text or any(c.isspace() for c in text)
    assert "\n" not in text
    assert "\0" not in text


def test_a_japanese_zip_name_without_the_utf8_flag_is_read_as_code_page_932():
    assert member_name("請求書.doc".encode("cp932")) == "請求書.doc"


def test_a_name_in_no_known_encoding_stays_as_escapes():
    assert member_name(b"\xff\xff\xff") == "\\xff\\xff\\xff"
