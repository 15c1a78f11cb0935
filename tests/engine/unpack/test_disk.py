"""Virtual disks: the files of FAT and NTFS come out, hidden ones and streams too; what cannot be read is a gap."""

import random

import pytest

from anshin.engine.budget import Budget, Meter
from anshin.engine.content import BytesContent
from anshin.engine.limits import Limits
from anshin.engine.unpack import Member, Problem, unpack
from anshin.engine.verdict import Status
from tests.engine.disk_samples import fat, gpt, mbr, ntfs, vhd, vhdx
from tests.engine.samples import eicar, gap_codes, noise, reason_codes

FILES = {"見積 with a long name.txt": b"hello", "large.bin": noise(5000), "t.com": eicar()}
VOLUMES = {"fat": fat(FILES), "ntfs": ntfs(FILES)}
WRAPS = {
    "raw": ("disk", lambda d: d),
    "fixed": ("vhd", vhd),
    "dynamic": ("vhd", lambda d: vhd(d, dynamic=True)),
    "vhdx": ("vhdx", vhdx),
    "mbr": ("vhd", lambda d: vhd(mbr(d))),
    "gpt": ("vhdx", lambda d: vhdx(gpt(fat({"A.TXT": b"x"}), d))),
}


def taken(kind: str, data: bytes) -> tuple[dict[str, bytes], list[Problem]]:
    found: list[Member | Problem] = []
    unpack(BytesContent(data), kind, "x", Meter(Budget(Limits()), len(data)), found.append)
    members = {m.name: m.content.read(0, m.content.size) for m in found if isinstance(m, Member)}
    return members, [p for p in found if isinstance(p, Problem)]


@pytest.mark.parametrize("volume", VOLUMES.values(), ids=VOLUMES)
@pytest.mark.parametrize(("kind", "wrap"), WRAPS.values(), ids=WRAPS)
def test_files_come_out_whole_and_are_scanned(judge, volume, kind, wrap):
    data = wrap(volume)
    members, problems = taken(kind, data)
    assert {n: b for n, b in members.items() if n != "A.TXT"} == FILES
    assert not problems
    found = judge(data)
    assert (found.type.kind, found.status) == (kind, Status.MALICIOUS)
    assert found.reasons[0].place.member == "t.com"


def test_folders_hidden_files_and_streams():
    found: list[Member | Problem] = []
    data = fat({"a/b.txt": b"x", "c.dll": b"y"}, hidden=frozenset({"c.dll"}))
    unpack(BytesContent(data), "disk", "x", Meter(Budget(Limits()), len(data)), found.append)
    assert {(m.name, m.hidden) for m in found if isinstance(m, Member)} == {("a/b.txt", False), ("c.dll", True)}
    data = ntfs({"a.txt": b"x", "a.txt:evil": eicar(), "c.dll": b"y"}, hidden=frozenset({"c.dll"}))
    found.clear()
    unpack(BytesContent(data), "disk", "x", Meter(Budget(Limits()), len(data)), found.append)
    assert {(m.name, m.hidden) for m in found if isinstance(m, Member)} == {
        ("a.txt", False),
        ("a.txt:evil", False),
        ("c.dll", True),
    }


def test_shortcut_to_a_hidden_program_on_a_virtual_disk_is_malicious(judge):
    lnk = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + bytes(56)
    data = vhd(ntfs({"open.lnk": lnk, "a.dll": b"x"}, hidden=frozenset({"a.dll"})))
    assert "archive.shortcut_to_hidden" in reason_codes(judge(data))


@pytest.mark.parametrize(
    ("data", "gap"),
    [
        (vhd(mbr(b"unknown file system".ljust(65536, b"\1"))), "unsupported"),
        (vhd(bytes(65536)), "unsupported"),
        (vhd(ntfs(FILES, packed=True)), "unsupported"),
        (vhdx(VOLUMES["fat"], parent=True), "damaged"),
        (vhd(VOLUMES["fat"])[:-300] + bytes(300), ""),
        (b"vhdxfile" + bytes(3000), "damaged"),
        (b"conectix" + bytes(3000), "damaged"),
    ],
)
def test_what_cannot_be_read_is_never_clean(judge, data, gap):
    found = judge(data)
    assert found.status is not Status.CLEAN
    if gap:
        assert gap in gap_codes(found)


@pytest.mark.parametrize("volume", VOLUMES.values(), ids=VOLUMES)
def test_truncated_or_changed_never_raises(volume):
    for wrap in (lambda d: d, lambda d: vhd(mbr(d), dynamic=True)):
        data = wrap(volume)
        for length in range(0, len(data), len(data) // 60):
            taken("disk" if data is volume else "vhd", data[:length])
        chance = random.Random(2)
        for _ in range(150):
            forged = bytearray(data)
            for _ in range(chance.randint(1, 20)):
                forged[chance.randrange(min(len(forged), 20_000))] = chance.randrange(256)
            taken("disk" if data is volume else "vhd", bytes(forged))
