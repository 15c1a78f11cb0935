"""A seal holds for the sealed bytes and for no others."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anshin.desk import chain, evidence

CONTENT = {"event": {"path": "C:\\請求書.pdf.exe", "score": 0.98, "children": [1, None, True]}, "agent": "1.0"}


def test_seal_covers_the_stored_bytes():
    sealed = evidence.seal(CONTENT)
    assert sealed.size == len(sealed.canonical)
    assert evidence.check(canonical=sealed.canonical, sha256=sealed.sha256, size=sealed.size) is None
    assert json.loads(sealed.canonical)["event"]["path"] == "C:\\請求書.pdf.exe"


@given(st.integers(min_value=0), st.integers(1, 255))
def test_any_changed_byte_is_found(position, by):
    sealed = evidence.seal(CONTENT)
    changed = bytearray(sealed.canonical)
    changed[position % len(changed)] ^= by
    assert evidence.check(canonical=bytes(changed), sha256=sealed.sha256, size=sealed.size) is not None


def test_cut_bytes_are_found():
    sealed = evidence.seal(CONTENT)
    why = evidence.check(canonical=sealed.canonical[:-1], sha256=sealed.sha256, size=sealed.size)
    assert why == f"has {sealed.size - 1} bytes, but {sealed.size} were sealed"


def custody(**changed: Any):
    at = datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)
    fields: dict[str, Any] = {
        "case": "c",
        "sequence": 1,
        "evidence": "e",
        "evidence_sha256": "0" * 64,
        "action": "seal",
        "actor": ("system", "Anshin"),
        "reason": "",
        "at": at,
    }
    return evidence.custody_content(**(fields | changed))


def test_custody_time_is_the_same_in_every_time_zone():
    tokyo = timezone(timedelta(hours=9))
    there = datetime(2026, 11, 24, 18, 30, 0, 123456, tzinfo=tokyo)
    assert custody(at=there) == custody()


@pytest.mark.parametrize(
    "changed",
    [
        {"case": "d"},
        {"sequence": 2},
        {"evidence": "f"},
        {"evidence_sha256": "1" * 64},
        {"action": "view"},
        {"actor": ("person", "Anshin")},
        {"actor": ("system", "x")},
        {"reason": "x"},
        {"at": datetime(2026, 11, 24, 9, 30, 0, 123457, tzinfo=UTC)},
    ],
    ids=str,
)
def test_custody_hash_covers_every_field(changed):
    assert chain.link(chain.START, custody(**changed)) != chain.link(chain.START, custody())
