import json

import pytest

from anshin.engine.render.document import to_json
from anshin.engine.render.explain import explain
from anshin.engine.render.sarif import to_sarif
from anshin.engine.render.summary import summarise
from anshin.engine.render.text import line, summary_line
from anshin.engine.verdict import Status, Verdict
from tests.engine.samples import eicar, zipped


@pytest.fixture
def verdicts(judge):
    found = judge(zipped({"t.com": eicar()}), name="/tmp/報告 書.zip")
    broken = judge(zipped({"a": b"x"})[:-5], name="rel/cut.zip")
    return [found, broken, judge(b"hello", name="ok.txt")]


def test_json_is_one_document_that_reads_back(verdicts):
    document = json.loads(to_json(verdicts, skipped=["/dev/x"]))
    assert document["schema_version"] == 1
    assert [Verdict.model_validate(v) for v in document["verdicts"]] == verdicts
    assert document["summary"] == {
        "files": 3, "malicious": 1, "suspicious": 0, "incomplete": 1, "unreadable": 0, "clean": 1,
    }  # fmt: skip
    assert document["skipped"] == ["/dev/x"]


def test_sarif_has_the_shape_of_the_standard(verdicts):
    log = json.loads(to_sarif(verdicts, "1.2.3"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [r["id"] for r in rules] == sorted(r["id"] for r in rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert (result["kind"] == "fail") or result["level"] == "none"
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    first = next(r for r in run["results"] if r["ruleId"] == "rule.eicar")
    assert first["level"] == "error"
    location = first["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///tmp/%E5%A0%B1")
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "t.com"
    opened = next(r for r in run["results"] if r["ruleId"] == "gap.damaged")
    assert opened["kind"] == "open"
    assert opened["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "rel/cut.zip"
    assert not [r for r in run["results"] if "ok.txt" in json.dumps(r)]


def test_sarif_is_the_same_twice(verdicts):
    assert to_sarif(verdicts, "1") == to_sarif(verdicts, "1")


@pytest.mark.parametrize(("language", "word"), [("ja", "危険"), ("en", "malicious")])
def test_text_in_both_languages(verdicts, language, word):
    assert word in line(verdicts[0], language)
    assert "t.com" in line(verdicts[0], language)
    assert word in summary_line(summarise(verdicts), language)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_explanation_says_why_where_and_what_to_do(verdicts, language):
    text = explain(verdicts[0], language)
    assert verdicts[0].sha256 in text
    assert getattr(verdicts[0].reasons[0], language) in text
    assert "t.com" in text
    assert len(explain(verdicts[1], language).splitlines()) >= 6
    for status in Status:
        assert explain(verdicts[2].model_copy(update={"status": status}), language)
