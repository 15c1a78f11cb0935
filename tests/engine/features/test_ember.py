"""The EMBERv3-compatible vector: its layout, its shortcuts against the plain way, and that no file stops it."""

import random
import re

import mmh3
import numpy as np
import pytest

from anshin.engine.features import ember
from anshin.engine.features.ember import content, hashing, strings, tables
from anshin.engine.features.ember.vector import ANY, GROUPS
from anshin.engine.features.ember.warnings import warning_names
from anshin.engine.formats.pe.image import Image, read_image
from anshin.engine.wording import load_data
from tests.engine.pe_files import RUN, WRITABLE, Pe, pe
from tests.engine.pe_parts import signed
from tests.engine.samples import minimal_pe, noise

TEXTS = (
    b"http://example.jp/a\0C:/Windows\0\x01!This program cannot\0192.168.10.25\0::1 fe80::1 a:b\x02"
    b"00:11:22:33:44:55\x00POST /index HTTP/1.1\0click here\0onclick=go\0xclick click\0aclickclick\0"
    b"HKCU\\Software\0KHLM\\x\0powershell Invoke-Expression\x001BoatSLRHtKNngkdXEeobR76b53LETtpyT\0"
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\0Password PASSWORD passWord\0"
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789999/\0file File fILE\0abcd\0"
)


def rich_program() -> bytes:
    return signed(
        Pe(
            imports={"KERNEL32.dll": ["ExitProcess", "LoadLibraryA"], "WS2_32.dll": [115, 9999], "OTHER.dll": [4]},
            exports=["one", "two"],
            sections=[(b".x", noise(3000), RUN | WRITABLE)],
            texts=[TEXTS],
            overlay=noise(700),
        ).build(),
        time=b"260102030405Z",
    )


def image_of(data: bytes) -> Image:
    image = read_image(data)
    assert image is not None
    return image


def part(vector, group: str):
    at = 0
    for name, size in GROUPS:
        if name == group:
            return vector[at : at + size]
        at += size
    raise KeyError(group)


def test_layout():
    assert sum(size for _, size in GROUPS) == ember.SIZE == len(ember.names()) == len(set(ember.names()))
    assert len(strings.counters()) == 77
    assert len(warning_names()) == 87


@pytest.mark.parametrize("data", [b"", b"a", b"%PDF-1.7 " * 400, b"\x7fELF" + bytes(9000), noise(5000), minimal_pe()])
def test_any_file_has_a_vector(data):
    vector = ember.vector(data)
    assert vector.shape == (ember.SIZE,)
    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()
    if not data.startswith(b"MZ"):
        assert not vector[ANY:].any()


def test_program_fills_every_group():
    vector = ember.vector(rich_program())
    for group, _ in GROUPS:
        if group not in {"richheader", "pefilewarnings"}:
            assert part(vector, group).any(), group
    assert part(vector, "general")[2] == 1
    assert part(vector, "imports")[:2].tolist() == [5, 3]
    assert part(vector, "exports")[0] == 128
    assert part(vector, "authenticode")[:6].tolist() == [1, 0, 0, 0, 0, 1]
    names = dict(zip(ember.names(), vector, strict=True))
    assert names["pefilewarnings:section_writable_code"] == 1


def test_functions_called_by_number_have_their_names():
    found = tables.imported(image_of(rich_program()), set())
    assert found["WS2_32.dll"] == ["WSAStartup", "ord9999"]
    assert found["OTHER.dll"] == ["OTHER.dll:ordinal4"]


def plain_counts(data: bytes) -> list[int]:
    """Ask every text for every pattern, as the layout describes it."""
    texts = [t.decode() for t in re.findall(rb"[\x20-\x7f]{5,}", data)]
    rows = load_data("features/ember/patterns.yaml")["patterns"]
    counts = []
    for _, row in sorted(rows.items()):
        if "any_case" in row:
            dot = "." if row.get("preceded") else ""
            wanted = re.compile(dot + re.escape(row["any_case"]), re.IGNORECASE)
        else:
            wanted = re.compile(row.get("pattern") or re.escape(row["text"]))
        counts.append(sum(wanted.search(t) is not None for t in texts))
    return counts


@pytest.mark.parametrize("seed", range(8))
def test_counts_of_patterns_are_those_of_the_plain_way(seed):
    chance = random.Random(seed)
    words = re.findall(rb"[\x20-\x7f]{2,}", TEXTS)
    data = b"".join(chance.choice(words) + chance.choice((b"\0", b" ", b"", b":", b"\n", b"-")) for _ in range(600))
    found = strings.text_features(TEXTS + data)
    assert found[100:].tolist() == plain_counts(TEXTS + data)
    assert found[3:99].sum() == pytest.approx(1)


def plain_byte_entropy(data: bytes):
    out = np.zeros((16, 16), dtype=np.int64)
    raw = np.frombuffer(data, dtype=np.uint8) >> 4
    for at in range(0, len(raw) - 2047, 1024):
        counts = np.bincount(raw[at : at + 2048], minlength=16)
        some = counts[counts > 0].astype(np.float32) / 2048
        level = np.sum(-some * np.log2(some)) * 2
        out[min(15, int(level * 2))] += counts
    return out.ravel() / out.sum()


@pytest.mark.parametrize("size", [2048, 2049, 3071, 3072, 70_000, 600_001])
def test_entropy_of_windows_is_that_of_the_plain_way(size):
    chance = random.Random(size)
    data = b"".join(bytes([chance.randrange(256)]) * chance.choice((1, 7, 128, 1024)) for _ in range(size))[:size]
    assert content.byte_entropy(data) == pytest.approx(plain_byte_entropy(data), abs=1e-7)


def test_short_file_is_one_window():
    found = content.byte_entropy(b"\x00" * 100)
    assert found[0] == 1 or found[16 * 1] == 1
    assert found.sum() == pytest.approx(1)


def test_hashing_takes_sign_and_place_from_the_hash():
    number = mmh3.hash(b"word", 0)
    out = hashing.hashed_pairs([("word", 3.0), ("word", 1.0)], 50)
    assert out[abs(number) % 50] == (4.0 if number >= 0 else -4.0)
    assert np.count_nonzero(out) == 1
    assert hashing.hashed_words(["word"], 50, signed=False)[abs(number) % 50] == 1


@pytest.mark.parametrize("seed", range(4))
def test_no_flipped_byte_stops_it(seed):
    chance = random.Random(seed)
    base = rich_program()
    for _ in range(80):
        data = bytearray(base)
        for _ in range(chance.randrange(1, 20)):
            data[chance.randrange(2, min(len(data), 0x800))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        assert ember.vector(bytes(data)).shape == (ember.SIZE,)


def test_cut_program_has_a_vector_at_every_length():
    base = rich_program()
    for length in range(1, 0x600, 13):
        assert ember.vector(base[:length]).shape == (ember.SIZE,)


def test_table_that_never_ends_is_bounded():
    assert len(tables.imported(image_of(pe(imports={"A.dll": [7] * 30000})), set())["A.dll"]) <= tables.MAX_SYMBOLS + 1
