"""Rows are looked up by the first byte; that must never hide one that the whole table would find."""

import random

from anshin.engine.identify.decide import magic_table, rows_by_first_byte


def test_the_rows_of_a_first_byte_find_what_the_whole_table_finds():
    chance = random.Random(7)
    for row in magic_table():
        for _ in range(20):
            data = bytearray(chance.randbytes(row.offset + len(row.value) + 8))
            data[row.offset : row.offset + len(row.value)] = row.value
            head = bytes(data)
            assert row.matches(head)
            assert [r for r in rows_by_first_byte()[head[0]] if r.matches(head)] == [
                r for r in magic_table() if r.matches(head)
            ]


def test_any_byte_may_stand_where_the_table_says_so():
    masked = [row for row in magic_table() if row.masked]
    assert {row.kind for row in masked} >= {"skippable", "webp", "dex"}
    for row in masked:
        assert not row.matches(b"\xee" * (row.offset + len(row.value)))
        assert not row.matches(bytes(row.offset) + row.value[:-1])


def test_a_row_that_begins_with_any_byte_stands_under_every_byte():
    assert all(any(row.kind == "skippable" for row in rows) for rows in rows_by_first_byte())
    assert all(any(row.kind == "ace" for row in rows) for rows in rows_by_first_byte())
