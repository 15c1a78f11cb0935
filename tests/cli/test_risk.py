"""`anshin risk` as a person starts it: a process of its own, its exit code, and what stands on both outputs."""

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
import yaml

from anshin.cli.risk import _language
from anshin.risk.document import LossResult
from anshin.risk.outside.document import Outside
from anshin.risk.questionnaire.questions import Questionnaire
from tests.risk.firms import raw

DEMO = str(resources.files("anshin.risk").joinpath("demo/answers.yaml"))
AS_OF = ("--as-of", "2026-11-25")


def run(*arguments, **environment):
    clean = {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(p for p in sys.path if p), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "anshin.cli", "risk", *map(str, arguments)],
        check=False,
        capture_output=True,
        env=clean | environment,
        timeout=120,
        text=True,
    )


@pytest.fixture
def answers(tmp_path):
    def write(document):
        path = tmp_path / "firm.yaml"
        path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return path

    return write


def test_the_demo_company_in_japanese():
    done = run("diagnose", "--answers", DEMO, *AS_OF, "--lang", "ja")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "株式会社東和精機 サイバー被害の診断"
    assert "10年に1度の悪い年に" in lines[3]
    assert "どの保険でも戻りません" in done.stdout


def test_json_is_the_document_and_repeats_to_the_byte():
    one, other = (
        run("diagnose", "--answers", DEMO, *AS_OF, "--json", "--seed", "5", "--budget", "90000") for _ in "ab"
    )
    assert (one.returncode, one.stderr) == (0, "")
    assert one.stdout == other.stdout
    result = LossResult.model_validate_json(one.stdout)
    assert (result.basis.seed, result.plan.budget, result.plan.budget_given) == (5, 90_000, True)
    assert result.plan.cost <= 90_000


@pytest.mark.parametrize(
    ("environment", "asked", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, None, "ja"),
        ({"LANG": "ja_JP.UTF-8", "ANSHIN_LANG": "en"}, None, "en"),
        ({"LANG": "C.UTF-8"}, None, "en"),
        ({}, None, "en"),
        ({"LANG": "C.UTF-8"}, "ja", "ja"),
    ],
)
def test_the_language_follows_the_person(monkeypatch, environment, asked, language):
    for name in ("ANSHIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert _language(asked) == language


def test_the_page_for_customers_holds_no_amount():
    done = run("diagnose", "--answers", DEMO, *AS_OF, "--lang", "ja", "--customer", "--json")
    assert (done.returncode, json.loads(done.stdout)["kind"]) == (0, "customer")
    assert "円" not in done.stdout


def test_the_demo_company_is_printed_as_it_ships():
    assert run("questions", "--demo").stdout == Path(DEMO).read_text(encoding="utf-8")


def test_the_blank_file_can_be_diagnosed_as_it_is(tmp_path):
    blank = run("questions", "--lang", "ja")
    assert blank.returncode == 0
    path = tmp_path / "blank.yaml"
    path.write_text(blank.stdout, encoding="utf-8")
    done = run("diagnose", "--answers", path, "--lang", "ja")
    assert done.returncode == 0
    assert "「わからない」と答えた質問は25問" in done.stdout


def test_questions_as_json():
    done = run("questions", "--json")
    assert len(Questionnaire.model_validate_json(done.stdout).questions) == 25


def test_wrong_answers_are_all_told_in_the_language_asked_for(answers):
    path = answers(raw(employees=0, sector="magic"))
    done = run("diagnose", "--answers", path, *AS_OF, "--lang", "ja")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n  - ") == 2
    assert "選択肢にありません" in done.stderr
    done = run("diagnose", "--answers", path, *AS_OF, "--json")
    error = json.loads(done.stderr)["error"]
    assert (done.returncode, error["code"], error["field"]) == (2, "answers", "answers")
    assert "too small" in error["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["diagnose", "--answers", "nowhere.yaml"], 3, "no such file"),
        (["diagnose", "--answers", DEMO, "--as-of", "soon"], 2, "2026-11-25"),
        (["diagnose", "--answers", DEMO, "--budget", "-1"], 2, "budget"),
        (["diagnose", "--answers", DEMO, *AS_OF, "--terms", "nowhere.yaml"], 3, "no such file"),
        (["diagnose"], 2, "answers"),
        (["outside", "--facts", "nowhere.yaml"], 3, "no such file"),
        (["portfolio", "--portfolio", "nowhere.csv"], 3, "no such file"),
    ],
)
def test_what_is_missing_or_wrong_is_named(arguments, code, said):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[1, 2]", b"a: [", b"x" * ((1 << 20) + 1)])
def test_a_file_that_is_no_answers_file_is_refused_by_name(tmp_path, content):
    path = tmp_path / "firm.yaml"
    path.write_bytes(content)
    done = run("diagnose", "--answers", path)
    assert done.returncode == 2
    assert "firm.yaml" in done.stderr


def test_terms_of_ones_own_are_compared(tmp_path):
    path = tmp_path / "mine.yaml"
    part = {"code": "all", "ja": "全部", "en": "all", "items": ["response", "liability"], "deductible": 100_000}
    terms = {"code": "mine", "ja": "自前の補償", "en": "My cover", "limit_per_year": 10_000_000, "parts": [part]}
    path.write_text(yaml.safe_dump(terms, allow_unicode=True), encoding="utf-8")
    done = run("diagnose", "--answers", DEMO, *AS_OF, "--json", "--terms", path)
    covers = json.loads(done.stdout)["covers"]
    assert [(cover["id"], cover["limit"]) for cover in covers] == [("mine", 10_000_000)]
    assert 0 < covers[0]["expected"]["paid"] < covers[0]["expected"]["total"]
    part["share"] = 1.5
    path.write_text(yaml.safe_dump(terms, allow_unicode=True), encoding="utf-8")
    done = run("diagnose", "--answers", DEMO, *AS_OF, "--terms", path)
    assert done.returncode == 2
    assert "mine.yaml" in done.stderr


def test_outside_judges_given_facts_and_fetches_nothing(tmp_path):
    path = tmp_path / "seen.json"
    facts = {"domain": "example.jp", "at": "2026-11-25", "spf": ["v=spf1 -all"], "dkim": [], "dmarc": []}
    path.write_text(json.dumps(facts), encoding="utf-8")
    done = run("outside", "--facts", path, "--json")
    assert Outside.model_validate_json(done.stdout).mail_auth_share == pytest.approx(1 / 3, abs=1e-3)
    assert "DMARCがありません" in run("outside", "--facts", path, "--lang", "ja").stdout
    path.write_text(json.dumps(facts | {"domain": "not a domain"}), encoding="utf-8")
    done = run("outside", "--facts", path)
    assert done.returncode == 2
    assert "domain" in done.stderr


def test_a_portfolio_in_text_and_json(tmp_path):
    path = tmp_path / "firms.csv"
    rows = ["id,rate,median,sigma,limit,cloud", *(f"{n},0.4,3000000,1.6,4000000,c{n % 2}" for n in range(50))]
    path.write_text("\n".join(rows), encoding="utf-8")
    done = run(
        "portfolio", "--portfolio", path, "--years", "500", "--seed", "3", "--json", "--resume", tmp_path / "blocks"
    )
    assert (done.returncode, done.stderr) == (0, "")
    figures = json.loads(done.stdout)
    assert (figures["firms"], figures["years"]) == (50, 500)
    assert figures["net"]["aal"]["yen"] < figures["gross"]["aal"]["yen"]
    text = run(
        "portfolio",
        "--portfolio",
        path,
        "--years",
        "500",
        "--seed",
        "3",
        "--lang",
        "ja",
        "--resume",
        tmp_path / "blocks",
    )
    assert f"{figures['gross']['aal']['yen']:,}円" in text.stdout
    path.write_text("id,rate\n1,-3\n", encoding="utf-8")
    done = run("portfolio", "--portfolio", path)
    assert done.returncode == 2
    assert "firms.csv" in done.stderr
