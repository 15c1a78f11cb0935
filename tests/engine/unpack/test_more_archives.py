"""Cabinets, discs, help files, RAR, cpio, RPM, LZ4, LZMA, TNEF, mailboxes: their contents come out, or are a gap."""

import gzip
import lzma
import random
from contextlib import suppress

import pytest

from anshin.engine.budget import Budget, Meter
from anshin.engine.content import BytesContent
from anshin.engine.errors import LimitHit
from anshin.engine.limits import Limits
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.unpack import Member, Problem, unpack
from anshin.engine.verdict import Status
from tests.engine.archive_samples import (
    cab,
    chm,
    cpio,
    iso,
    locked_zip,
    lz4,
    rar4,
    rar5,
    rpm,
    sevenzipped,
    udf_only,
)
from tests.engine.mail_samples import mail, tnef
from tests.engine.pdf_samples import encrypted
from tests.engine.samples import eicar, gap_codes, noise, reason_codes

RUN = b"a" * 4000
TWO = {"A.TXT": b"hello", "B.COM": eicar()}
BUILD = {
    "cab": ("cab", cab(TWO)),
    "cab mszip": ("cab", cab(TWO, "mszip")),
    "cab lzx": ("cab", cab(TWO, "lzx")),
    "chm": ("chm", chm(TWO)),
    "cpio": ("cpio", cpio(TWO)),
    "cpio old": ("cpio", cpio(TWO, old=True)),
    "iso": ("iso", iso(TWO)),
    "iso plain": ("iso", iso(TWO, joliet=False)),
    "udf": ("iso", udf_only(TWO)),
    "rar4": ("rar", rar4(TWO)),
    "rar5": ("rar", rar5(TWO)),
}
each = pytest.mark.parametrize(("kind", "data"), BUILD.values(), ids=BUILD)


def taken(kind: str, data: bytes) -> tuple[dict[str, bytes], list[Problem]]:
    found: list[Member | Problem] = []
    unpack(BytesContent(data), kind, "x", Meter(Budget(Limits()), len(data)), found.append)
    members = {m.name: m.content.read(0, m.content.size) for m in found if isinstance(m, Member)}
    return members, [p for p in found if isinstance(p, Problem)]


@each
def test_members_are_scanned_and_named(judge, kind, data):
    found = judge(data)
    assert found.type.kind == kind
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member == "B.COM"
    assert not found.gaps


LARGE = {"a.bin": noise(50_000) + RUN, "b.txt": b"words " * 9000, "c": b"\xe8\1\0\0\0" * 40}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("cab", cab(LARGE)),
        ("cab", cab(LARGE, "mszip")),
        ("cab", cab(LARGE, "lzx")),
        ("chm", chm(LARGE)),
        ("cpio", cpio(LARGE)),
        ("rar", rar4(LARGE)),
        ("rar", rar5(LARGE)),
    ],
)
def test_every_byte_comes_out(kind, data):
    members, problems = taken(kind, data)
    assert members == LARGE
    assert not problems


@each
def test_truncated_anywhere_is_never_clean_with_everything_out(kind, data):
    whole, _ = taken(kind, data)
    for length in range(0, len(data), max(1, len(data) // 150)):
        members, problems = taken(kind, data[:length])
        cut = any(members.get(name, body if kind == "rar" else None) != body for name, body in whole.items())
        assert problems or not cut or not length, length


@each
def test_changed_bytes_never_raise(kind, data):
    chance = random.Random(3)
    for _ in range(150):
        forged = bytearray(data)
        for _ in range(chance.randint(1, 10)):
            place = chance.randrange(len(forged)) if chance.random() < 0.5 else chance.randrange(min(len(forged), 600))
            forged[place] = chance.randrange(256)
        taken(kind, bytes(forged))


@each
def test_too_many_members_are_a_gap(judge, kind, data):
    found = judge(data, members=1)
    assert gap_codes(found) >= {"members"}
    assert found.status is Status.INCOMPLETE


@pytest.mark.parametrize(
    "data", [cab(TWO, "quantum"), rar4(TWO, method=0x33), rar5(TWO, method=3)], ids=["cab", "rar4", "rar5"]
)
def test_packing_without_a_reader_is_told(judge, data):
    found = judge(data)
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) == {"unsupported"}


def test_encrypted_rar_is_a_gap_of_its_own(judge):
    assert gap_codes(judge(rar4(TWO, flags=4))) == {"encrypted"}
    assert gap_codes(judge(rar5(TWO, extra=b"\1\1"))) == {"encrypted"}


def test_hidden_files_of_a_disc_are_marked():
    found: list[Member | Problem] = []
    data = iso(TWO, hidden=frozenset({"B.COM"}))
    unpack(BytesContent(data), "iso", "x", Meter(Budget(Limits()), len(data)), found.append)
    assert {m.name: m.hidden for m in found if isinstance(m, Member)} == {"A.TXT": False, "B.COM": True}


def test_program_in_front_does_not_hide_a_disc(judge):
    data = bytearray(iso(TWO))
    data[:2] = b"MZ"
    assert judge(bytes(data)).status is Status.MALICIOUS


def test_folder_that_holds_itself_ends(judge):
    data = bytearray(iso(TWO))
    root = int.from_bytes(data[16 * 2048 + 158 : 16 * 2048 + 162], "little")
    at = root * 2048 + data[root * 2048]
    data[at + 2 : at + 6] = root.to_bytes(4, "little")
    assert judge(bytes(data)).status is Status.MALICIOUS


@pytest.mark.parametrize("stored", [True, False])
def test_lz4_comes_out(judge, stored):
    assert judge(lz4(eicar(), stored=stored), name="t.com.lz4").reasons[0].place.member == "t.com"
    body = noise(5000) + RUN
    assert list(taken("lz4", lz4(body, stored=stored))[0].values()) == [body]
    assert gap_codes(judge(lz4(body, stored=stored)[:3000])) == {"damaged"}


def test_lzma_without_a_container_comes_out(judge):
    assert judge(lzma.compress(eicar(), lzma.FORMAT_ALONE)).status is Status.MALICIOUS
    assert gap_codes(judge(lzma.compress(noise(9000), lzma.FORMAT_ALONE)[:5000])) == {"damaged"}


def test_package_is_opened_down_to_its_files(judge):
    found = judge(rpm(gzip.compress(cpio({"./usr/bin/a": eicar()}))))
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member.endswith("!./usr/bin/a")
    assert gap_codes(judge(rpm(b""))) == {"damaged"}


def test_attachment_in_a_winmail_is_found_under_its_long_name(judge):
    found = judge(tnef("見積書.com", eicar(), b"<html>hello</html>"))
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member == "見積書.com"
    assert [c.name for c in found.children] == ["(HTML)", "見積書.com"]
    assert gap_codes(judge(tnef("a.bin", noise(500))[:300])) == {"damaged"}


def test_every_mail_of_a_mailbox_is_opened(judge):
    box = b"".join(
        b"From a@example.com Wed Nov 25 10:00:00 2026\n" + m + b"\n" for m in (mail(b"x"), mail(eicar(), "t.com"))
    )
    found = judge(box)
    assert found.type.kind == "mbox"
    assert found.reasons[0].place.member == "mail 2.eml!t.com"
    assert len(found.children) == 2


def test_name_that_leaves_the_folder_into_autostart_is_malicious(judge):
    name = "..\\..\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs\\Startup\\a.bat"
    assert "archive.startup" in reason_codes(judge(rar4({name: b"rem"})))


def test_hostile_sizes_end_soon():
    for kind, data in BUILD.values():
        for value in (b"\xff" * 4, b"\xff\xff\xff\x7f", b"\0\0\0\x80"):
            for at in range(0, min(len(data) - 4, 200), 4):
                forged = data[:at] + value + data[at + 4 :]
                with suppress(LimitHit):
                    unpack(BytesContent(forged), kind, "x", Meter(Budget(Limits(seconds=3)), len(data)), lambda _: None)


def test_readers_that_are_imported_late_work_behind_the_walls():
    """py7zr looks at the memory of the machine, `cryptography` loads a library: neither may end as damage."""
    with Engine(EngineSettings()) as engine:
        for data in (
            sevenzipped(TWO),
            sevenzipped(TWO, "infected"),
            locked_zip(TWO, "infected", aes=True),
            encrypted(b"x=1;", b"infected"),
        ):
            found = engine.judge_bytes(data, name="sample")
            assert not found.gaps, [g.code for g in found.gaps]
