"""Pictures end where they end, whatever hides in or behind them is taken out, and no bytes break the reading."""

import base64
import random
import re
import zlib

import pytest

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.image import hidden
from anshin.engine.formats.image.parse import parse
from anshin.engine.formats.image.walk import walk
from anshin.engine.limits import Limits
from anshin.engine.verdict import Status
from tests.engine.formats import image_builder as build
from tests.engine.formats.elf_builder import Elf
from tests.engine.indicator_cases.image import CASES
from tests.engine.samples import eicar, reason_codes, zipped

PICTURES = {
    "png": build.png((b"tEXt", b"Title\0hello")),
    "jpeg": build.jpeg((0xFE, b"hello")),
    "gif": build.gif((0xFE, b"hello" * 100)),
    "bmp": build.bmp(),
    "webp": build.webp((b"EXIF", b"hello")),
    "ico": build.ico(),
}


def budget(**limits: float) -> Budget:
    return Budget(Limits(**limits))  # type: ignore[arg-type]


def parsed(data: bytes, **limits: float) -> Parsed:
    return parse(data, budget(**limits))


@pytest.mark.parametrize("kind", PICTURES)
def test_the_end_is_found_and_the_picture_is_clean(judge, kind):
    data = PICTURES[kind]
    found = walk(data, budget())
    assert (found.kind, found.end, found.damaged) == (kind, len(data), False)
    assert (found.width, found.height) in {(16, 16), (0, 0)}
    assert walk(data + b"more and more", budget()).end == len(data)
    verdict = judge(data)
    assert verdict.status is Status.CLEAN
    assert not verdict.reasons


@pytest.mark.parametrize("kind", PICTURES)
def test_what_stands_behind_is_judged(judge, kind):
    assert judge(PICTURES[kind] + eicar()).status is Status.MALICIOUS
    assert judge(PICTURES[kind] + bytes(20) + eicar()).status is Status.MALICIOUS
    assert judge(PICTURES[kind] + zipped({"a": eicar()})).status is Status.MALICIOUS


@pytest.mark.parametrize("kind", PICTURES)
def test_a_web_shell_is_found_wherever_it_hides(judge, kind):
    shell = b"<?" + b"php sys" + b"tem($_GET['x']); ?>"
    data = PICTURES[kind]
    for changed in (data + shell, data.replace(b"hello", shell) if b"hello" in data else data + shell):
        found = judge(changed)
        assert found.status is Status.MALICIOUS
        assert "(PHP)" in {child.name for child in found.children}


def test_a_compressed_text_is_looked_into(judge):
    text = b"<?" + b"php echo 1; ?>"
    found = judge(build.png((b"zTXt", b"Comment\0\0" + zlib.compress(text))))
    assert "image.script_inside" in reason_codes(found)


@pytest.mark.parametrize("backwards", [False, True])
def test_a_program_written_as_letters_is_taken_out(judge, backwards):
    letters = base64.b64encode(Elf(text=bytes(5000)).build()).rstrip(b"=")
    found = judge(build.jpeg() + (letters[::-1] if backwards else letters))
    assert "image.coded_program" in reason_codes(found)
    assert "elf" in {child.type.kind for child in found.children}


def test_a_picture_that_is_an_app_is_read_as_both(judge):
    found = judge(build.gif() + zipped({"META-INF/MANIFEST.MF": b"Premain-Class: a.B\n", "a/B.class": b"x"}))
    assert {"java.enters_others", "image.archive_behind"} <= reason_codes(found)


@pytest.mark.parametrize("kind", PICTURES)
def test_every_length_is_survived(kind):
    for end in range(4, len(PICTURES[kind]), 3):
        parsed(PICTURES[kind][:end])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", PICTURES)
def test_flipped_bytes_are_survived(seed, kind):
    chance = random.Random(seed)
    for _ in range(200):
        data = bytearray(PICTURES[kind])
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(4, min(len(data), 120))] = chance.choice(
                (0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256))
            )
        parsed(bytes(data))


def test_endless_parts_cost_little():
    parsed(b"\x89PNG\r\n\x1a\n" + build.chunk(b"IHDR", bytes(13)) + build.chunk(b"abCd", b"") * 120_000, seconds=5)
    parsed(b"\xff\xd8" + b"\xff\xd8" * 300_000, seconds=5)
    parsed(build.gif()[:-1] + b"\x21\xfe\x00" * 200_000, seconds=5)
    parsed(b"\0\0\1\0\xff\xff" + bytes(1_100_000), seconds=5)
    parsed(build.png() + b"A" * 3_000_000, seconds=5)
    parsed(build.png() + b"<?=" * 300_000 + b"<?php" * 300_000, seconds=5)


def test_the_time_that_is_over_ends_the_reading():
    ticks = iter(range(100))
    with pytest.raises(LimitHit):
        parse(build.png(), Budget(Limits(seconds=1), clock=lambda: float(next(ticks))))


@pytest.mark.parametrize("code", sorted(c for c in CASES if c != "image.malformed"))
def test_padding_behind_never_lowers_the_score(judge, code):
    data = CASES[code].positive
    assert judge(data + bytes(5000)).score >= judge(data).score - 1e-9


def long_run_by_search(data: bytes) -> tuple[int, int] | None:
    """The definition: offset of the first 4,000 characters in a row, and at how many offsets some begin, 64 at most."""
    offsets = [m.start() for m in re.finditer(rb"(?=[A-Za-z0-9+/]{4000})", data)]
    return (offsets[0], min(64, len(offsets))) if offsets else None


@pytest.mark.parametrize("seed", range(8))
def test_long_base64_is_found_wherever_it_stands(seed):
    chance = random.Random(seed)
    pieces = []
    for _ in range(chance.randint(1, 5)):
        length = chance.choice([1, 3000, 3999, 4000, 4001, 4063, 4064, 7999, 8000, 12_001])
        pieces.append(bytes(chance.choices(b"abzAZ09+/", k=length)))
        pieces.append(chance.choice([b"", b"\0", b"=", b"\xff" * 4000, chance.randbytes(chance.randint(1, 5000))]))
    found = hidden.long_base64(b"".join(pieces))
    assert (found and (found.offset, found.count)) == long_run_by_search(b"".join(pieces))
