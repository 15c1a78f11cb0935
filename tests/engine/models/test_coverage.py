"""A format without a learned model is called so, which is a note and no gap."""

import json

import pytest

from anshin.engine.budget import Budget
from anshin.engine.formats.registry import parse
from anshin.engine.limits import Limits
from anshin.engine.models.coverage import family_of, rules_only
from anshin.engine.models.package import read_package
from anshin.engine.render.document import to_json
from anshin.engine.render.explain import explain
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status, Verdict
from anshin.engine.wording import load_data
from tests.engine.model_packages import TRUSTED, make_package
from tests.engine.samples import zipped

SCRIPT = b"#!/bin/sh\necho hello\n"
RTF = b"{\\rtf1 hello}"


def judged(data: bytes, name: str, *, model: bool) -> Verdict:
    packages = (read_package(make_package("shell"), TRUSTED),) if model else ()
    with Engine(EngineSettings(models=packages, jail=False)) as engine:
        return engine.judge_bytes(data, name=name)


@pytest.mark.parametrize("kind", sorted(load_data("formats/parsers.yaml")))
def test_families_are_those_of_the_readers(kind):
    assert [p.family for p in parse([kind], b"", Budget(Limits()))] == [family_of(kind)]


def test_archives_and_plain_text_have_no_family():
    assert [family_of(kind) for kind in ("zip", "text", "unknown")] == [None, None, None]


def test_model_of_the_format_takes_the_note_away():
    assert rules_only(judged(SCRIPT, "a.sh", model=False))
    assert not rules_only(judged(SCRIPT, "a.sh", model=True))
    assert rules_only(judged(RTF, "a.rtf", model=True))


def test_note_is_no_gap_and_the_file_stays_clean():
    verdict = judged(RTF, "a.rtf", model=True)
    assert verdict.status is Status.CLEAN
    assert verdict.gaps == ()
    assert "この形式（rtf）の学習モデルはありません" in explain(verdict, "ja")
    told = explain(verdict, "en")
    assert "no learned model for this format (rtf)" in told
    assert "models shell-2026.11.1" in told
    assert "Note" not in explain(judged(SCRIPT, "a.sh", model=True), "en")


def test_document_notes_every_file_and_member_without_a_model():
    packed = judged(zipped({"in.rtf": RTF, "in.sh": SCRIPT, "in.txt": b"hello\n"}), "a.zip", model=True)
    found = json.loads(to_json([packed, judged(RTF, "b.rtf", model=True), judged(SCRIPT, "c.sh", model=True)]))
    assert [(n["code"], n["name"], n["kind"]) for n in found["notes"]] == [
        ("rules_only", "a.zip!in.rtf", "rtf"),
        ("rules_only", "b.rtf", "rtf"),
    ]
    assert all(n["ja"] and n["en"] for n in found["notes"])
