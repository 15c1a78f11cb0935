"""The page says what was measured, in both languages, and nothing else."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from anshin.engine.features import ember, names
from anshin.engine.features.vector import families as formats
from anshin.engine.wording import load_data
from anshin.training.evaluate.baseline import byte_histogram_of
from anshin.training.evaluate.evasion.attack import attack, edits_of
from anshin.training.evaluate.family import evaluate
from anshin.training.evaluate.page import write_pages
from anshin.training.evaluate.peers import Contestant, measure
from anshin.training.evaluate.reasons import Language, reason
from anshin.training.evaluate.wording import table, words
from anshin.training.fit import Fitted, fit
from anshin.training.project import Project
from anshin.training.split import Part, Rules
from anshin.training.tables.store import Row, make_table, write_table

LANGUAGES: tuple[Language, ...] = ("ja", "en")
RULES = Rules(
    "javascript",
    {"malicious": (Part("m"),), "benign": (Part("b"),)},
    {"malicious": (Part("later"),), "benign": (Part("b", share=0.3),)},
    0.01,
)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """Trees over features that half tell the classes apart, so that there are errors on both sides."""
    layout, chance = names("javascript"), np.random.default_rng(9)
    first = layout.index(next(n for n in layout if n.startswith("byte:")))
    sign = layout.index(next(n for n in layout if n.startswith("sign:")))
    rows = []
    for n in range(900):
        bad = n % 3 == 0
        values = chance.random(len(layout)).astype(np.float16).astype(np.float32)
        values[5] += 0.5 * bad
        values[first + 7] += 0.4 * bad
        values[sign] = float(chance.random() < (0.8 if bad else 0.3))
        source = ("m" if n < 600 else "later") if bad else "b"
        label = "malicious" if bad else "benign"
        family = ("locky", "")[n % 2] if bad else ""
        rows.append(Row(f"{n:064x}", label, source, family, "", "" if bad else f"g{n}", f"c{n}", "", values))
    return fit(make_table("javascript", layout, rows), RULES)


@pytest.fixture
def project(tmp_path, fitted, monkeypatch) -> Project:
    monkeypatch.setattr("anshin.training.project.rules", lambda: {"javascript": RULES})
    made = Project(tmp_path / "models")
    (made.root / "tables").mkdir(parents=True)
    write_table(fitted.table, made.root / "tables" / "javascript.parquet")
    made.write_result("javascript", "test", evaluate(fitted, RULES))
    return made


def pages(project: Project) -> dict[str, str]:
    docs = project.root.parent / "docs"
    write_pages(project, docs)
    return {p.name.split(".")[1]: p.read_text(encoding="utf-8") for p in (docs / "explanation").glob("*.md")}


def with_peers(project: Project, fitted: Fitted, manifest: str = "") -> None:
    table_, test = fitted.table, fitted.split.test
    labels = dict(zip(table_.columns["sha256"][test], table_.labels()[test].tolist(), strict=True))
    scores = {h: {"rules": 0.9 * label, "yara": 0.0} for h, label in labels.items()}
    contestants = [Contestant("rules", "1", 0.5), Contestant("yara", "1", 0.5), Contestant("olevba", "1", None)]
    document = {
        "family": "javascript",
        "training_manifest_sha256": manifest or table_.manifest_sha256(),
        "counts": {"malicious": 100, "benign": len(labels) - 100},
        "peers": measure(contestants, labels, scores),
    }
    project.write_result("javascript", "peers", document)


def test_page_holds_every_part_in_both_languages(project, fitted):
    with_peers(project, fitted)
    found = pages(project)
    assert set(found) == {"ja", "en"}
    for text in found.values():
        assert re.findall(r"^#+ ", found["ja"], re.MULTILINE) == re.findall(r"^#+ ", text, re.MULTILINE)
        assert "{" not in text.replace("{sentence}", "{")
    en = found["en"]
    for part in ("ROC AUC", "PR AUC", "not measurable", "Calibration error (ECE)", "By family of malware", "locky",
                 "(not named)", "Others beside ours", "our rules and signs alone", "Evasion", "The worst misses",
                 "The worst false alarms", "Formats without a model", "Goal: at least 95% at 1%"):  # fmt: skip
        assert part in en, part
    assert "100.0% [96.3, 100.0] (100/100)" in en  # what Wilson says of 100 of 100


def test_figures_of_the_page_are_those_of_the_result(project):
    result = project.result("javascript", "test")
    assert result is not None
    text = pages(project)["en"]
    watch = result["shipped"]["watch"]["tpr"]
    assert f"({watch['hits']}/{watch['total']})" in text
    assert f"{result['models']['byte_histogram']['roc_auc']:.5f}" in text
    assert len(result["worst"]["missed"]) == 20 or len(result["worst"]["missed"]) == watch["total"] - watch["hits"]
    for row in result["worst"]["missed"]:
        assert row["sha256"][:16] in text
    families = {row["family"]: row for row in result["malware_families"]}
    assert families["locky"]["files"] + families[""]["files"] == watch["total"]
    assert sum(row["watch"] for row in families.values()) == watch["hits"]


def test_format_with_few_files_is_told_in_counts(project):
    result = project.result("javascript", "test")
    assert result is not None
    project.write_result("javascript", "test", result | {"claim_fpr": None})
    text = pages(project)["en"]
    watch = result["shipped"]["watch"]["tpr"]
    told = f"{watch['hits']}/{watch['total']} [{100 * watch['low']:.0f}–{100 * watch['high']:.0f}%]"
    assert told in text
    assert f"% [{100 * watch['low']:.1f}" not in text
    assert "no rate is claimed" in text


def test_pictures_are_drawings_in_the_language_of_the_page(project):
    found = pages(project)
    images = project.root.parent / "docs" / "images"
    for language, text in found.items():
        links = re.findall(r"\]\(\.\./images/([^)]+)\)", text)
        assert len(links) == 3
        for link in links:
            assert link.endswith(f".{language}.svg")
            assert ET.parse(images / link).getroot().tag.endswith("svg")
    roc = next(images.glob("*roc.ja.svg")).read_text(encoding="utf-8")
    assert "検出率" in roc


def test_peers_of_another_table_are_not_shown(project, fitted):
    with_peers(project, fitted, manifest="0" * 64)
    text = pages(project)["en"]
    assert "older table and is not shown" in text
    assert "our rules and signs alone" not in text


def test_worst_errors_come_with_reasons_in_words(project):
    found = pages(project)
    missed = found["en"].split("The worst misses")[1].split("###")[0]
    assert "look like those of honest files. (`" in missed
    for line in missed.splitlines():
        told = re.findall(r"([^|>]+) \(`", line)
        assert len(told) == len(set(told)), "one sentence stands once"
    assert re.search(r"`(?:fact|byte|word|sign):[^`]+` -\d", missed)
    assert "+0" not in missed, "only what spoke for harmless stands there"
    alarms = found["en"].split("The worst false alarms")[1].split("##")[0]
    assert "unlike ordinary files" in alarms
    assert not re.search(r"` -\d", alarms)
    assert "正常なファイルに似ていました" in found["ja"]


def test_sign_is_told_as_what_it_was():
    text = words("en")
    sign = next(n for n in names("javascript") if n.startswith("sign:"))
    assert reason(sign, 0.0, text, "en", missed=True).startswith("it does not show this sign: ")
    assert reason(sign, 1.0, text, "en", missed=True).startswith("a sign that honest files show too: ")
    assert reason(sign, 0.0, text, "en", missed=False).startswith("it does not show this sign: ")
    assert ":" not in reason(sign, 1.0, text, "en", missed=False)[:20]


def test_every_feature_has_a_topic_and_every_edit_a_name():
    for family in formats():
        for name in (*names(family), "deep"):
            assert reason(name, 1.0, words("ja"), "ja", missed=True).endswith("。")
    for name in ember.names():
        assert reason(name, 1.0, words("en"), "en", missed=True).endswith(".")
    assert set(table("topics.yaml")) == set(load_data("models/words.yaml")["contributions"])
    for family in ("pe", "pdf", "javascript", "powershell", "vbscript", "vba", "php", "shell", "python"):
        for edit in edits_of(family):
            assert set(table("edits.yaml")[edit.name]) == {"ja", "en"}


def test_evasion_stands_beside_the_baseline_with_what_the_worst_edit_costs(project):
    def ours(data: bytes, _name: str) -> float:
        return 0.9 if len(data) < 3000 else 0.1

    files = [(f"{n}.js", b"var abcdef = 'hello there';\nf(abcdef);\n" * (n + 1)) for n in range(10)]
    document = attack("javascript", files, [b"an honest line of text\n" * 100], ours, 0.5)
    document["byte_histogram"] = attack("javascript", files, [b"x" * 99], lambda *_: 0.9, 0.5)
    result = project.result("javascript", "test")
    assert result is not None
    project.write_result("javascript", "evasion", document)
    assert "older table and is not shown" in pages(project)["en"].split("### Evasion")[1]
    document["training_manifest_sha256"] = result["training_manifest_sha256"]
    project.write_result("javascript", "evasion", document)
    text = pages(project)["en"]
    table_ = text.split("### Evasion")[1].split("###")[0]
    rows = {cells[1].strip(): cells[2:4] for line in table_.splitlines() if len(cells := line.split("|")) > 4}
    assert "(10/10)" in rows["before any edit"][0]
    worst = document["caught"]["worst single edit"]["hits"]
    assert worst < 10
    assert f"({worst}/10)" in rows["the worst single edit of each file"][0]
    assert "(10/10)" in rows["the worst single edit of each file"][1]
    assert "random attack (20 queries a file)" in rows
    assert f"The worst single edit costs {100 - 10 * worst:.1f} points (goal: at most 10). Not reached." in table_


def test_formats_without_a_model_are_listed_with_the_reason(project):
    found = pages(project)
    for language in LANGUAGES:
        text = found[language]
        listed = text.split("\n## ")[-2]
        rows = dict(re.findall(r"^\| ([a-z]+) \| (.+) \|$", listed.partition("---|\n")[2], re.MULTILINE))
        assert set(rows) == set(formats()) - {"javascript"}
        assert rows["rtf"] == table("without_model.yaml")["rtf"][language]
        assert rows["pe"] == words(language)["not_trained"]
    assert set(table("without_model.yaml")) <= set(formats())


def test_baseline_has_the_threshold_of_the_validation_part(fitted):
    model, threshold = byte_histogram_of(fitted)
    labels, valid = fitted.table.labels(), fitted.split.valid
    odds = model.log_odds(fitted.table.features)
    benign = odds[valid & (labels == 0)]
    assert (benign >= threshold).mean() <= 0.01
    assert (odds[labels == 1] >= threshold).any()


def test_page_without_a_result_lists_all_formats(tmp_path):
    (tmp_path / "tables").mkdir()
    write_pages(Project(tmp_path), tmp_path / "docs")
    text = Path(tmp_path / "docs" / "explanation" / "detection-quality.ja.md").read_text(encoding="utf-8")
    assert text.count("\n| ") >= len(formats())
