"""What is read of an app for Android, and that no bytes whatever break the reading."""

import random
import struct
import zipfile

import pytest

from anshin.engine.budget import Budget
from anshin.engine.errors import LimitHit
from anshin.engine.formats.android import axml, code
from anshin.engine.formats.android.manifest import manifest as manifest_of
from anshin.engine.formats.android.parse import parse, parse_dex
from anshin.engine.formats.contract import Parsed
from anshin.engine.limits import Limits
from anshin.engine.verdict import Status
from tests.engine.formats import android_builder as build
from tests.engine.indicator_cases.android import CASES
from tests.engine.samples import eicar, gap_codes, local_header, reason_codes, zipped

_AID = build.part("service", ".A", permission="BIND_ACCESSIBILITY_SERVICE")
_SAYS = build.manifest("READ_SMS", "INTERNET", parts=(_AID,), package="com.example.テスト")


def budget(**limits: float) -> Budget:
    return Budget(Limits(**limits))  # type: ignore[arg-type]


def parsed(data: bytes, **limits: float) -> Parsed:
    return parse(data, budget(**limits))


def codes(found: Parsed) -> set[str]:
    return {s.code for s in found.signs}


@pytest.mark.parametrize("utf8", [False, True])
def test_the_manifest_is_read(utf8):
    found = manifest_of(axml.read(build.axml(_SAYS, utf8=utf8), budget()))
    assert found.package == "com.example.テスト"
    assert found.permissions == {"READ_SMS", "INTERNET"}
    assert (found.oldest, found.target) == (21, 33)
    assert found.guarded_by("BIND_ACCESSIBILITY_SERVICE")
    assert found.launcher
    assert not found.damage


@pytest.mark.parametrize(
    "lie",
    [
        {"kind": 0},
        {"claimed": 0xFFFF},
        {"claimed": 0xFFFFFFFF},
    ],
)
def test_lies_in_the_manifest_hide_nothing_and_are_told(lie):
    found = parsed(build.apk(build.axml(_SAYS, **lie), build.dex("a")))
    assert {"android.manifest_forged", "android.reads_sms", "android.accessibility"} <= codes(found)


def test_unknown_chunks_are_passed_over():
    whole = build.axml(_SAYS)
    odd = struct.pack("<HHI", 0x7777, 8, 16) + bytes(8)
    end_of_pool = 8 + struct.unpack_from("<I", whole, 12)[0]
    changed = whole[:4] + struct.pack("<I", len(whole) + 16) + whole[8:end_of_pool] + odd + whole[end_of_pool:]
    assert manifest_of(axml.read(changed, budget())).permissions == {"READ_SMS", "INTERNET"}


def test_calls_and_classes_of_byte_code_are_read():
    data = build.dex("x", calls=(("Landroid/app/Activity;", "finish"), ("La/b;", "c")), classes=("La/b;",))
    found = code.read(data, budget())
    assert found.calls == ["android/app/Activity.finish"]
    assert (found.classes, found.methods, found.damaged) == (1, 2, False)


def test_what_stands_in_two_code_files_is_seen_together(judge):
    app = build.apk(build.manifest("READ_SMS", parts=(_AID,)), build.dex("a"), CASES["android.names_of_banks"].positive)
    found = judge(app)
    assert "android.banking_trojan" in reason_codes(found)
    assert found.status is Status.MALICIOUS


def test_a_false_mark_of_encryption_hides_nothing(judge):
    found = judge(CASES["android.archive_forged"].positive)
    assert "android.archive_forged" in reason_codes(found)
    assert "classes.dex" in {child.name for child in found.children}


def test_a_false_method_hides_nothing():
    whole = bytearray(zipped({"AndroidManifest.xml": build.axml(_SAYS)}, zipfile.ZIP_STORED))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", whole, whole.index(mark) + at, 0x7777)
    assert {"android.archive_forged", "android.accessibility"} <= codes(parsed(bytes(whole)))


def test_an_app_without_a_readable_manifest_is_never_clean(judge):
    assert judge(build.apk(b"nothing", build.dex("a"))).status is not Status.CLEAN
    assert "damaged" in gap_codes(judge(build.apk(b"", build.dex("a"))))


def test_members_are_still_taken_out(judge):
    assert judge(build.apk(_SAYS, build.dex("a"), assets__x=eicar())).status is Status.MALICIOUS


@pytest.mark.parametrize("data", [build.apk(_SAYS, build.dex("a", classes=("La/b;",)))])
def test_every_length_is_survived(data):
    for end in range(len(data)):
        parsed(data[:end])
    for end in range(len(build.axml(_SAYS))):
        manifest_of(axml.read(build.axml(_SAYS)[:end], budget()))


def test_every_length_of_byte_code_is_a_gap_or_the_end():
    data = build.dex("a", calls=(("Landroid/app/Activity;", "finish"),))
    for end in range(len(data) - 1):
        assert [p.gap for p in parse_dex(data[:end], budget()).problems] == ["damaged"]


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_are_survived(seed):
    chance = random.Random(seed)
    for which in (build.axml(_SAYS), build.dex("a", calls=(("Landroid/app/Activity;", "b"),), classes=("La/b;",))):
        for _ in range(300):
            data = bytearray(which)
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            manifest_of(axml.read(bytes(data), budget()))
            parse_dex(bytes(data), budget())
            parsed(zipped({"AndroidManifest.xml": bytes(data), "classes.dex": bytes(data)}))


def test_huge_counts_cost_little():
    data = bytearray(build.dex("a") + bytes(1 << 20))
    struct.pack_into("<12I", data, 56, *[0xFFFFFFFF] * 12)
    assert parse_dex(bytes(data), budget(seconds=2)).problems
    for at in range(56, 104, 8):
        data = bytearray(build.dex("a") + bytes(1 << 20))
        struct.pack_into("<I", data, at, 0xFFFFFF)
        parse_dex(bytes(data), budget(seconds=5))
    element = struct.pack("<HHIIIIIHHHHHH", 0x0102, 16, 36, 0, 0, 0, 0, 20, 20, 0xFFFF, 0, 0, 0)
    many = struct.pack("<HHI", 3, 8, 8 + 36 * 100_000) + element * 100_000
    assert len(axml.read(many, budget(seconds=5)).elements) <= axml.MAX_ELEMENTS


def test_a_bomb_in_the_manifest_hits_the_limit_or_is_cut():
    with pytest.raises(LimitHit):
        parsed(zipped({"AndroidManifest.xml": bytes(5_000_000)}), total_bytes=1_000_000)


def test_directory_without_local_headers_is_survived():
    name = b"AndroidManifest.xml"
    assert parsed(local_header(name, build.axml(_SAYS))).problems


def test_the_time_that_is_over_ends_the_reading():
    ticks = iter(range(100))
    with pytest.raises(LimitHit):
        parse(build.apk(_SAYS), Budget(Limits(seconds=1), clock=lambda: float(next(ticks))))
