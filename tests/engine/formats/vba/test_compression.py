"""The examples of [MS-OVBA] 3.2, and damage."""

import random

from anshin.engine.formats.vba.compression import decompress, hidden_texts
from tests.engine.vba_samples import compressed

NORMAL = bytes.fromhex(
    "012fb00023616161626364658266007061676869 6a013808616b6c00306d6e6f700671027004107273747576107778797a003c".replace(
        " ", ""
    )
)
MOST = bytes.fromhex("0103b002614500")


def test_examples_of_the_specification():
    assert decompress(NORMAL) == b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
    assert decompress(MOST) == b"a" * 73


def test_what_is_written_is_read():
    text = b"Attribute VB_Name\r\n" * 700
    assert decompress(compressed(text)) == text
    assert hidden_texts(b"junk" + compressed(text)[:3000], 1)[0][0] == 4


def test_damage_never_raises_and_never_grows_without_bound():
    dice = random.Random(3)
    for _ in range(2000):
        data = bytearray(NORMAL * 3)
        for _ in range(6):
            data[dice.randrange(1, len(data))] = dice.randrange(256)
        assert len(decompress(bytes(data))) < 100_000
    assert decompress(b"") == b""
    assert decompress(b"\x02abc") == b""
