from pathlib import Path
from typing import Any

import pytest

from anshin.engine.limits import MIB, Limits
from anshin.engine.rules import compile_rules
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Status, Verdict
from tests.engine.samples import noise

GOOD = 'rule good { meta: weight = 0.95 ja = "見つけました。" en = "Found it." strings: $a = "needle-1" condition: $a }'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.yar").write_text(GOOD)
    return tmp_path


def judged(folder: Path, data: bytes, **settings: Any) -> tuple[Verdict, Engine]:
    with Engine(EngineSettings(jail=False, rules_dirs=(folder,), **settings)) as engine:
        return engine.judge_bytes(data, name="x"), engine


def test_rules_of_the_user_are_used_with_their_words_and_weight(folder):
    found, _ = judged(folder, b"a needle-1 here")
    assert found.status is Status.MALICIOUS
    assert (found.reasons[0].code, found.reasons[0].en) == ("rule.user.good", "Found it.")
    assert found.reasons[0].place.offset == 2


def test_a_rule_without_words_or_weight_makes_suspicious_and_never_blocks(folder):
    (folder / "plain.yara").write_text('rule plain { strings: $a = "needle-2" condition: $a }')
    found, _ = judged(folder, b"needle-2")
    assert found.status is Status.SUSPICIOUS
    assert "plain" in found.reasons[0].ja


BROKEN = """rule first { condition: true }
rule bad {
  condition: $missing
}
rule last { strings: $a = "needle-1" condition: $a }
rule worse { strings: $a = /(/ condition: $a }
"""


def test_a_broken_rule_is_refused_by_name_and_line_while_all_others_go_on(folder):
    (folder / "bad.yar").write_text(BROKEN)
    (folder / "binary.yar").write_bytes(b"\xff\xfe\x00")
    found, engine = judged(folder, b"needle-1")
    assert found.status is Status.MALICIOUS
    assert {r.code for r in found.reasons} == {"rule.user.good", "rule.user.first", "rule.user.last"}
    errors = [(e.path.rsplit("/", 1)[-1], e.line, e.rule) for e in engine.rule_errors()]
    assert errors == [("bad.yar", 3, "bad"), ("bad.yar", 6, "worse"), ("binary.yar", 0, "")]


def test_a_rule_that_stands_on_a_broken_one_is_refused_with_it(folder):
    (folder / "bad.yar").write_text("rule bad { condition: $missing }\nrule heir { condition: bad }\n")
    _, engine = judged(folder, b"")
    assert [e.rule for e in engine.rule_errors()] == ["bad", "heir"]


def test_a_rule_file_cannot_pull_in_another_file(folder):
    (folder / "sly.yar").write_text('include "good.yar"\n')
    assert compile_rules((folder,)).errors[0].path.endswith("sly.yar")


def test_the_version_follows_the_sources(folder):
    own = compile_rules().version
    before = compile_rules((folder,)).version
    (folder / "good.yar").write_text(GOOD + "\n")
    assert len({own, before, compile_rules((folder,)).version}) == 3
    assert compile_rules().version == own


def test_two_files_may_use_the_same_rule_name(folder):
    (folder / "again.yar").write_text(GOOD)
    assert compile_rules((folder,)).errors == ()


def test_content_above_the_limit_is_scanned_in_windows_and_incomplete_without_a_finding(folder):
    limits = Limits(file_bytes=MIB, window_bytes=MIB)
    filler = noise(3 * MIB)
    clean, _ = judged(folder, filler, limits=limits)
    assert clean.status is Status.INCOMPLETE
    across = filler[: MIB - 4] + b"needle-1" + filler[MIB + 4 :]
    found, _ = judged(folder, across, limits=limits)
    assert found.status is Status.MALICIOUS
    assert found.reasons[0].place.offset == MIB - 4
    assert {g.code for g in found.gaps} == {"size"}
