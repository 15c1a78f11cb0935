"""The playbooks that come with Anshin are whole, and a broken one is refused with its file and its field."""

import json
import re
from importlib import resources
from pathlib import Path

import pytest
import yaml

from anshin.desk.steps import (
    Bilingual,
    Playbook,
    PlaybookError,
    load_playbooks,
    parse_playbook,
    playbook_for,
    playbooks,
)

GOLDEN = Path(__file__).with_name("golden") / "playbooks.json"
JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def shipped(name="malware_blocked"):
    return (resources.files("anshin.desk") / "playbooks" / f"{name}.yaml").read_text(encoding="utf-8")


def test_golden():
    """Words that reached a case never change under the same version: raise `version` and write the golden file anew."""
    now = {outcome: playbook.model_dump(mode="json") for outcome, playbook in playbooks().items()}
    assert now == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("outcome", ["blocked", "not_blocked", "suspicious"])
def test_every_outcome_has_three_steps_with_rule_version_and_source(outcome):
    playbook = playbook_for(outcome)
    assert len(playbook.steps) == 3
    for step in playbook.steps:
        assert step.rule == f"{playbook.id}.{step.code}"
        assert step.version == playbook.version
        assert step.source.title.ja


def sentences(value):
    if isinstance(value, Bilingual):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from sentences(item)
    elif hasattr(type(value), "model_fields"):
        for name in type(value).model_fields:
            yield from sentences(getattr(value, name))


@pytest.mark.parametrize("outcome", sorted(playbooks()))
def test_both_languages_are_what_they_say(outcome):
    found = list(sentences(playbook_for(outcome)))
    assert len(found) >= 2 + 3 * 5
    for sentence in found:
        assert JAPANESE.search(sentence.ja) or "JPCERT" in sentence.ja
        assert not JAPANESE.search(sentence.en)
        assert sentence.text("ja") == sentence.ja
        assert sentence.text("en") == sentence.en


def test_not_blocked_is_urgent_and_keeps_the_power_on():
    playbook = playbook_for("not_blocked")
    assert playbook.urgency == "urgent"
    assert "電源は切らない" in playbook.steps[0].title.ja


def test_documents_are_frozen_and_round_trip():
    playbook = playbook_for("blocked")
    assert Playbook.model_validate_json(playbook.model_dump_json()) == playbook
    with pytest.raises(ValueError, match="frozen"):
        playbook.version = "2.0"  # type: ignore[misc]


def broken(change):
    raw = yaml.safe_load(shipped())
    change(raw)
    return yaml.safe_dump(raw, allow_unicode=True)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda raw: raw.pop("outcome"), "outcome"),
        (lambda raw: raw.update(outcome="eaten"), "outcome"),
        (lambda raw: raw["steps"].pop(), "steps"),
        (lambda raw: raw["steps"].append(raw["steps"][0]), "steps"),
        (lambda raw: raw["steps"].__setitem__(1, raw["steps"][0]), "same code"),
        (lambda raw: raw["steps"][1].update(source="nobody"), "steps.1.source"),
        (lambda raw: raw["steps"][2]["why"].pop("ja"), "steps.2.why.ja"),
        (lambda raw: raw["steps"][2]["why"].update(ja=" "), "steps.2.why.ja"),
        (lambda raw: raw["steps"][0].pop("do_not"), "steps.0.do_not"),
        (lambda raw: raw["steps"][0].update(surprise=1), "steps.0.surprise"),
        (lambda raw: raw.update(version="new"), "version"),
        (lambda raw: raw.update(sources={}), "steps.0.source"),
        (lambda raw: raw.pop("sources"), "sources"),
    ],
)
def test_broken_playbook_is_refused_naming_file_and_field(change, field):
    parse_playbook(broken(lambda raw: None), name="p.yaml")
    with pytest.raises(PlaybookError, match=r"^p\.yaml: ") as refusal:
        parse_playbook(broken(change), name="p.yaml")
    assert field in str(refusal.value)


@pytest.mark.parametrize("text", ["[", "- a\n- b\n", ""])
def test_what_is_no_mapping_is_refused(text):
    with pytest.raises(PlaybookError, match=r"^p\.yaml: "):
        parse_playbook(text, name="p.yaml")


def test_two_playbooks_for_one_outcome_are_refused(tmp_path):
    (tmp_path / "malware_blocked.yaml").write_text(shipped(), encoding="utf-8")
    assert set(load_playbooks(tmp_path)) == {"blocked"}
    (tmp_path / "second.yaml").write_text(shipped().replace("id: malware_blocked", "id: second"), encoding="utf-8")
    with pytest.raises(PlaybookError, match=r"second\.yaml: outcome: malware_blocked answers 'blocked' already"):
        load_playbooks(tmp_path)


def test_file_must_be_named_after_its_playbook(tmp_path):
    (tmp_path / "other.yaml").write_text(shipped(), encoding="utf-8")
    with pytest.raises(PlaybookError, match=r"other\.yaml: id: "):
        load_playbooks(tmp_path)


def test_unknown_outcome_is_refused():
    with pytest.raises(PlaybookError, match="'eaten'"):
        playbook_for("eaten")
