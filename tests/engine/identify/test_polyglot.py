"""Files that are two things at once are read as both, and honest files are not."""

import time

import pytest

from anshin.engine.content import BytesContent
from anshin.engine.identify import also, identify
from tests.engine.formats.android_builder import apk, dex, manifest
from tests.engine.formats.elf_builder import Elf
from tests.engine.formats.image_builder import gif, jpeg, png
from tests.engine.formats.java_builder import jar, java_class
from tests.engine.samples import minimal_pe, noise, zipped

_HTA = b"<script language='VBScript'>Set a = Create" + b'Object("x")</script>'


def kinds(data: bytes) -> tuple[str, ...]:
    return also(data, identify(BytesContent(data), ask_magika=False).kind)


@pytest.mark.parametrize("front", [minimal_pe(), png(), jpeg(), gif(), Elf().build(), b"\x4c\0\0\0" + bytes(500)])
def test_a_script_for_windows_behind_something_else(front):
    assert "hta" in kinds(front + _HTA)
    assert "hta" in kinds(front + noise(100_000) + _HTA.replace(b"script", b"ScRipT"))
    assert "hta" in kinds(front + b"<HTA:APPLICATION id=x>")


@pytest.mark.parametrize("front", [minimal_pe(), png(), jpeg(), gif(), Elf().build(), dex("a")])
def test_an_app_behind_something_else(front):
    assert "jar" in kinds(front + jar(java_class("a")))
    assert "apk" in kinds(front + apk(manifest(), dex("a")))


@pytest.mark.parametrize(
    "data",
    [
        png(),
        Elf(strings=("<script>", "</script>")).build(),
        Elf(strings=("vbscript", "CreateObject(")).build(),
        minimal_pe() + zipped({"a": b"b"}),
        b"A text about <script> and vbscript and createobject" * 40,
        jar(java_class("a")),
        b"",
        b"PK",
    ],
)
def test_honest_files_are_one_thing(data):
    assert kinds(data) == ()


def test_looking_costs_little():
    data = noise(1 << 20)
    also(data, "unknown")
    started = time.process_time()
    for _ in range(20):
        also(data, "unknown")
    # 0.3 ms on a quiet machine; the bound only catches a search that grew with the whole file
    assert (time.process_time() - started) / 20 < 0.02
