"""The generated reference pages are current and name everything."""

import subprocess
import sys
from pathlib import Path

from anshin.cli import reference
from anshin.cli.reference_pages import commands, indicators, routes, settings
from anshin.console.web.config import SETTINGS
from anshin.engine.rules.catalogue import catalogue
from anshin.engine.rules.own import own_rules


def test_pages_are_current():
    assert reference.outdated(reference.FOLDER) == [], "run: python -m anshin.cli.reference"


def test_every_command_and_option_has_japanese():
    assert sorted(commands.sentences() - set(commands.japanese())) == []


def test_every_setting_stands_in_both_pages():
    for language in ("ja", "en"):
        for setting in SETTINGS:
            assert setting.name in settings.page(language)


def test_every_route_has_a_gate():
    rows = [line for line in routes.page().splitlines() if line.startswith("| `/")]
    assert len(rows) > 40
    assert [row for row in rows if row.endswith("| none |")] == []


def test_a_changed_page_is_found(tmp_path: Path):
    assert set(reference.outdated(tmp_path)) == set(reference.PAGES)
    command = [sys.executable, "-m", "anshin.cli.reference", "--folder", str(tmp_path)]
    subprocess.run(command, check=True, timeout=60)
    assert reference.outdated(tmp_path) == []
    (tmp_path / "cli.ja.md").write_text("old")
    checked = subprocess.run([*command, "--check"], check=False, timeout=60, capture_output=True, text=True)
    assert checked.returncode == 1
    assert "cli.ja.md" in checked.stderr


def test_every_sign_stands_in_both_pages():
    for language in ("ja", "en"):
        page = indicators.page(language)
        for code in (*catalogue(), *(rule.code for rule in own_rules())):
            assert f"| `{code}` |" in page
