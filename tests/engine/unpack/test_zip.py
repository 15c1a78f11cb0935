"""Archives as an attacker forges them: whatever any reader could take out must be scanned or be a gap."""

import io
import struct
import zipfile
import zlib

import pytest

from anshin.engine.verdict import Status
from tests.engine.samples import (
    central_header,
    eicar,
    end_record,
    gap_codes,
    local_header,
    minimal_pe,
    noise,
    reason_codes,
    zipped,
)


def raw_deflate(data: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_of_every_method_are_scanned(judge, method):
    found = judge(zipped({"notes.txt": b"hello", "deep/test.com": eicar()}, method))
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.member == "deep/test.com"
    assert not found.gaps
    clean = judge(zipped({"notes.txt": b"hello", "deep/test.com": b"nothing"}, method))
    assert clean.status is Status.CLEAN
    assert [c.name for c in clean.children] == ["notes.txt", "deep/test.com"]


def test_nested_archives_tell_the_whole_way(judge):
    found = judge(zipped({"a.zip": zipped({"b.zip": zipped({"test.com": eicar()})})}))
    assert found.reasons[0].place.member == "a.zip!b.zip!test.com"


def test_cut_short_archive_is_scanned_as_far_as_it_goes_and_never_clean(judge):
    whole = zipped({"test.com": eicar(), "more.bin": noise(5000)})
    found = judge(whole[:3000])
    assert found.status is Status.MALICIOUS
    assert "damaged" in gap_codes(found)
    innocent = zipped({"a.bin": noise(5000)})
    assert judge(innocent[:3000]).status is Status.INCOMPLETE


def test_encrypted_member_is_a_gap_of_its_own(judge):
    data, name = b"secret", b"s.txt"
    local = local_header(name, data, flags=1)
    central = central_header(name, data, 0, flags=1)
    found = judge(local + central + end_record(1, len(central), len(local)))
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) == {"encrypted"}


def test_entry_that_only_the_local_headers_name_is_found(judge):
    hidden, shown = local_header(b"h.com", eicar()), local_header(b"a.txt", b"hello")
    central = central_header(b"a.txt", b"hello", len(hidden))
    found = judge(hidden + shown + central + end_record(1, len(central), len(hidden + shown)))
    assert found.status is Status.MALICIOUS
    assert "archive.hidden" in reason_codes(found)


def test_forged_method_in_the_directory_is_seen_through(judge):
    """The directory says "stored", the local header says "deflate": some readers follow the one, some the other."""
    packed = raw_deflate(eicar())
    local = local_header(b"t.com", eicar(), method=8, packed=packed)
    central = central_header(b"t.com", eicar(), 0, method=0, packed=len(packed))
    found = judge(local + central + end_record(1, len(central), len(local)))
    assert found.status is Status.MALICIOUS
    assert "archive.forged" in reason_codes(found)


def test_encryption_flag_in_one_header_only_hides_nothing(judge):
    local = local_header(b"t.com", eicar())
    central = central_header(b"t.com", eicar(), 0, flags=1)
    found = judge(local + central + end_record(1, len(central), len(local)))
    assert found.status is Status.MALICIOUS
    assert "encrypted" in gap_codes(found)


def test_data_descriptor_with_empty_sizes_is_read(judge):
    packed = raw_deflate(eicar())
    head = local_header(b"t.com", b"", method=8, flags=8, packed=b"")[: 30 + 5]
    local = head + packed + b"PK\x07\x08" + struct.pack("<III", zlib.crc32(eicar()), len(packed), 68)
    central = central_header(b"t.com", eicar(), 0, method=8, flags=8, packed=len(packed))
    found = judge(local + central + end_record(1, len(central), len(local)))
    assert found.status is Status.MALICIOUS
    assert not found.gaps


def test_what_stands_before_and_behind_an_archive_is_scanned(judge):
    inner = zipped({"a.txt": b"hello"})
    before, behind = judge(eicar() + inner), judge(inner + eicar())
    assert before.reasons[0].place.member == "(prefix)"
    assert behind.reasons[0].place.member == "(suffix)"


def test_two_archives_in_a_row_are_both_opened(judge):
    first, second = zipped({"t.com": eicar()}), zipped({"a.txt": b"hello"})
    assert judge(first + second).status is Status.MALICIOUS
    assert judge(second + first).status is Status.MALICIOUS


def test_an_archive_behind_a_program_is_opened(judge):
    found = judge(minimal_pe() + zipped({"t.com": eicar()}))
    assert found.type.kind == "pe"
    assert found.status is Status.MALICIOUS


def test_overlapping_entries_are_a_gap(judge):
    """Two directory lines share one run of deflate data, the way a bomb without nesting is built."""
    packed = raw_deflate(bytes(100_000))
    inner = local_header(b"b", bytes(100_000), method=8, packed=packed)
    quoted = b"\x00" + struct.pack("<HH", len(inner), 0xFFFF ^ len(inner)) + inner
    outer = local_header(b"a", b"", method=8, packed=b"")[:31]
    outer = outer[:18] + struct.pack("<II", len(quoted), 0) + outer[26:]
    body = outer + quoted
    central = central_header(b"a", b"", 0, method=8, packed=len(quoted))
    central += central_header(b"b", bytes(100_000), len(outer) + 5, method=8, packed=len(packed))
    found = judge(body + central + end_record(2, len(central), len(body)))
    assert found.status is Status.INCOMPLETE
    assert "overlap" in gap_codes(found)


def stored_deflate(data: bytes) -> bytes:
    """Return deflate data of one block that holds `data` as it is, the way compressors pack what does not shrink."""
    return b"\x01" + struct.pack("<HH", len(data), 0xFFFF ^ len(data)) + data


def quoting(inner: bytes, packed: bytes, method: int) -> bytes:
    """Return an archive with one entry whose packed data show `inner` to whoever looks at the raw bytes."""
    local = local_header(b"in.zip", inner, method=method, packed=packed)
    central = central_header(b"in.zip", inner, 0, method=method, packed=len(packed))
    return local + central + end_record(1, len(central), len(local))


def test_archives_in_archives_are_no_overlap(judge):
    """Each level's end record stands in the last 64 KiB of all levels around it."""
    data = b"hello"
    for _ in range(5):
        data = zipped({"in.zip": data, "a.txt": b"hello"}, zipfile.ZIP_STORED)
    found = judge(data)
    assert found.status is Status.CLEAN
    assert [child.name for child in found.children] == ["in.zip", "a.txt"]


def test_archive_that_does_not_shrink_is_no_overlap(judge):
    inner = zipped({"a.txt": b"hello"})
    assert judge(quoting(inner, stored_deflate(inner), 8)).status is Status.CLEAN


def test_nested_test_file_is_told_once(judge):
    found = judge(zipped({"in.zip": zipped({"t.com": eicar()})}, zipfile.ZIP_STORED))
    assert [(r.code, r.place.member) for r in found.reasons] == [("rule.eicar", "in.zip!t.com")]
    assert not found.gaps


def test_archive_behind_the_end_of_packed_data_is_opened(judge):
    """The entry unpacks to harmless text; a reader that takes the inner end record finds the other archive."""
    hidden = zipped({"t.com": eicar()})
    assert judge(quoting(b"hello", raw_deflate(b"hello") + hidden, 8)).status is Status.MALICIOUS


def test_archive_amid_a_stored_text_is_opened(judge):
    text = b"hello " + zipped({"t.com": eicar()}) + b" goodbye"
    assert judge(quoting(text, text, 0)).status is Status.MALICIOUS


def test_hidden_entry_behind_an_inner_archive_is_found(judge):
    inner = zipped({"a.txt": b"hello"})
    local, hidden = local_header(b"in.zip", inner), local_header(b"t.com", eicar())
    central = central_header(b"in.zip", inner, 0)
    found = judge(local + hidden + central + end_record(1, len(central), len(local + hidden)))
    assert found.status is Status.MALICIOUS
    assert "archive.hidden" in reason_codes(found)


def test_same_entry_twice_in_the_directory_is_no_overlap(judge):
    local = local_header(b"a.txt", b"hello")
    central = central_header(b"a.txt", b"hello", 0) * 2
    assert judge(local + central + end_record(2, len(central), len(local))).status is Status.CLEAN


def test_both_entries_of_one_name_are_scanned(judge):
    first, second = local_header(b"a.txt", b"hello"), local_header(b"a.txt", eicar())
    central = central_header(b"a.txt", b"hello", 0) + central_header(b"a.txt", eicar(), len(first))
    found = judge(first + second + central + end_record(2, len(central), len(first + second)))
    assert found.status is Status.MALICIOUS
    assert len(found.children) == 2


def test_path_leaving_the_folder_is_told_but_alone_not_suspicious(judge):
    found = judge(zipped({"../../etc/cron.d/x": b"hello"}))
    assert found.status is Status.CLEAN
    assert reason_codes(found) == {"archive.traversal"}


def test_wrong_checksum_is_damage(judge):
    data = bytearray(zipped({"a.txt": b"hello hello"}, zipfile.ZIP_STORED))
    data[35 + 3] ^= 1
    assert gap_codes(judge(bytes(data))) == {"damaged"}


def test_unknown_method_is_unsupported(judge):
    local, central = local_header(b"a", b"xyz", method=98), central_header(b"a", b"xyz", 0, method=98)
    assert gap_codes(judge(local + central + end_record(1, len(central), len(local)))) == {"unsupported"}


def test_directory_that_counts_wrong_is_damage(judge):
    local, central = local_header(b"a", b"xyz"), central_header(b"a", b"xyz", 0)
    assert "damaged" in gap_codes(judge(local + central + end_record(2, len(central), len(local))))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_bytes_behind_the_promised_size_hide_nothing(judge, method):
    """Many programs stop at the size in the header: what they then hold is judged too."""
    data = bytearray(zipped({"t.com": eicar() + b"and text behind it that breaks the test file's form" * 9}, method))
    size, crc = struct.pack("<I", len(eicar())), struct.pack("<I", zlib.crc32(eicar()))
    directory = data.index(b"PK\x01\x02")
    data[14:18] = data[directory + 16 : directory + 20] = crc
    data[22:26] = data[directory + 24 : directory + 28] = size
    assert zipfile.ZipFile(io.BytesIO(bytes(data))).read("t.com") == eicar()
    assert judge(bytes(data)).status is Status.MALICIOUS


MAIL = (
    b"From: a@example.test\nTo: b@example.test\nSubject: x\nMIME-Version: 1.0\n\n"
    + b"A long and harmless text.\n" * 8000
)


@pytest.mark.parametrize(
    "carrier", [MAIL, b"Rar!\x1a\x07\x01\x00" + bytes(64), b"MSCF" + bytes(64)], ids=["mail", "rar", "cab"]
)
def test_an_archive_behind_anything_is_opened(judge, carrier):
    """Programs that look at the end first open it, whatever the beginning says."""
    found = judge(carrier + zipped({"t.com": eicar()}))
    assert found.type.kind in {"mail", "rar", "cab"}
    assert found.status is Status.MALICIOUS


def test_a_mail_with_a_harmless_archive_behind_it_is_clean(judge):
    assert judge(MAIL + zipped({"a.txt": b"hello"})).status is Status.CLEAN


def test_archives_packed_into_each_other_many_times_over_end_at_a_limit(judge):
    """As in 42.zip: every level is small, and all levels together are beyond any disk."""
    core = zipped({"0.bin": bytes(4_000_000)})
    for _ in range(4):
        core = zipped({f"{n}.zip": core for n in range(16)})
    found = judge(core, total_bytes=64_000_000)
    assert found.status is Status.INCOMPLETE
    assert gap_codes(found) & {"bytes", "ratio", "members"}


def test_archive_of_many_entries_over_the_same_bytes_is_no_bomb(judge):
    """As in overlapping bombs (Fifield, 2019): thousands of lines of the directory point to the same data."""
    packed = raw_deflate(bytes(1_000_000))
    local = local_header(b"a", bytes(1_000_000), method=8, packed=packed)
    lines = b"".join(
        central_header(b"a", bytes(1_000_000), 0, method=8, packed=len(packed))[:-1] + bytes([65 + n % 26])
        for n in range(2000)
    )
    found = judge(local + lines + end_record(2000, len(lines), len(local)))
    assert len(found.children) <= 26
    assert found.status is not Status.MALICIOUS


def test_archive_of_too_many_entries_is_no_forgery(judge):
    found = judge(zipped({f"{n}/": b"" for n in range(30)} | {"a.txt": b"hello"}), members=20)
    assert gap_codes(found) == {"members"}
    assert not found.reasons
