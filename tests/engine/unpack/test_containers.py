import io
import struct
import tarfile
import zlib

import py7zr
import pytest

from anshin.engine.verdict import Status
from tests.engine.archive_samples import lz4, sevenzipped
from tests.engine.samples import eicar, gap_codes, noise, tarred, zipped


def ar(members: dict[str, bytes]) -> bytes:
    out = b"!<arch>\n"
    for name, data in members.items():
        out += (
            f"{name + '/':<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
            + data
            + b"\n" * (len(data) % 2)
        )
    return out


BUILD = {"tar": tarred, "7z": sevenzipped, "ar": ar}
each_format = pytest.mark.parametrize("build", BUILD.values(), ids=BUILD)


@each_format
def test_members_are_scanned_and_named(judge, build):
    found = judge(build({"a.txt": b"hello", "test.com": eicar(), "b.txt": b"bye"}))
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member == "test.com"
    clean = judge(build({"a.txt": b"hello", "b.txt": b"bye"}))
    assert clean.status is Status.CLEAN
    assert [c.name for c in clean.children] == ["a.txt", "b.txt"]


@each_format
@pytest.mark.parametrize("name", ["%PDF-1.7", "MZ.txt"])
def test_what_a_container_begins_with_does_not_hide_it(judge, build, name):
    """A tar begins with the name of its first member."""
    assert judge(build({name: eicar()})).status is Status.MALICIOUS


def test_stored_pdf_does_not_hide_the_7z_around_it(judge):
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", filters=[{"id": py7zr.FILTER_COPY}]) as archive:
        archive.writestr(b"%PDF-1.7 harmless", "a.pdf")
        archive.writestr(eicar(), "b.com")
    assert judge(out.getvalue()).status is Status.MALICIOUS


@pytest.mark.parametrize("kind", [b"Z", b"D", b"A"])
def test_tar_member_of_unknown_type_is_a_file(judge, kind):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a")
        info.size, info.type = len(eicar()), kind
        archive.addfile(info, io.BytesIO(eicar()))
    assert judge(out.getvalue()).status is Status.MALICIOUS


def test_zip_behind_a_7z_is_looked_at(judge):
    found = judge(sevenzipped({"a.txt": b"x"}) + zipped({"b.com": eicar()}))
    assert found.status is Status.MALICIOUS
    assert judge(sevenzipped({"a.txt": b"x"}) + bytes(40)).status is Status.CLEAN


def test_frame_to_be_skipped_hides_nothing(judge):
    skipped = b"\x50\x2a\x4d\x18" + struct.pack("<I", 4) + b"skip"
    found = judge(skipped + b"\x28\xb5\x2f\xfd rest")
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) == {"damaged"}
    assert judge(skipped + lz4(eicar())).status is Status.MALICIOUS


@each_format
def test_cut_short_is_never_clean(judge, build):
    whole = build({"a.bin": noise(3000), "b.bin": noise(3000, 2)})
    found = judge(whole[:3500])
    assert found.status is Status.INCOMPLETE
    assert "damaged" in gap_codes(found)


@each_format
def test_too_many_members_are_a_gap(judge, build):
    found = judge(build({f"{i}.txt": b"x%d" % i for i in range(8)}), members=5)
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) == {"members"}
    assert len(found.children) == 5


def test_names_that_leave_the_folder_do_not_stop_a_7z(judge):
    data = sevenzipped({"aa/x.com": eicar()}).replace("aa/x.com".encode("utf-16-le"), "../x.com".encode("utf-16-le"))
    offset, size = struct.unpack_from("<QQ", data, 12)
    start = data[12:28] + struct.pack("<I", zlib.crc32(data[32 + offset : 32 + offset + size]))
    found = judge(data[:8] + struct.pack("<I", zlib.crc32(start)) + start + data[32:])
    assert found.status is Status.MALICIOUS
    assert "archive.traversal" in {r.code for r in found.reasons}


def test_encrypted_7z_is_a_gap_of_its_own(judge):
    found = judge(sevenzipped({"a.txt": b"hello"}, password="x"))
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) == {"encrypted"}


def test_bytes_behind_the_end_of_a_tar_are_scanned(judge):
    found = judge(tarred({"a.txt": b"hello"}) + tarred({"t.com": eicar()}))
    assert found.status is Status.MALICIOUS


def test_broken_header_in_the_middle_of_a_tar_hides_nothing(judge):
    data = bytearray(tarred({"a.txt": b"hello", "t.com": eicar()}))
    data[1024 + 150] ^= 0xFF
    assert judge(bytes(data)).status is not Status.CLEAN


@pytest.mark.parametrize(
    ("head", "gap"),
    [
        (b"Rar!\x1a\x07\x00", "damaged"),
        (b"Rar!\x1a\x07\x01\x00", "damaged"),
        (b"MSCF\0\0\0\0", "damaged"),
        (b"\x04\x22\x4d\x18", "damaged"),
        (b"ITSF\x03\0\0\0", "damaged"),
        (b"070701", "damaged"),
        (b"\xed\xab\xee\xdb", "damaged"),
        (b"\x60\xea", "unsupported"),
        (b"\0\0-lh5-", "unsupported"),
        (b"MSWIM\0\0\0", "unsupported"),
        (b"!BDN", "unsupported"),
    ],
)
def test_what_cannot_be_taken_out_is_never_clean(judge, head, gap):
    found = judge(head + struct.pack("<I", 9) * 50)
    assert found.status is Status.INCOMPLETE
    assert gap in gap_codes(found)
