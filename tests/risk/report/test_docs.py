"""The figures in the how-to are those that the command prints today."""

from importlib import resources
from pathlib import Path

import pytest

from anshin.cli.risk import _lines
from anshin.risk.diagnose import diagnose
from anshin.risk.questionnaire.answers import read_answers
from anshin.risk.report import build
from tests.risk.firms import TODAY

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to"
DONE = {
    "remote_access: doubtful": "remote_access: none",
    "mfa: some": "mfa: all",
    'admin_separation: "no"': 'admin_separation: "yes"',
}


@pytest.fixture(scope="module")
def results():
    text = resources.files("anshin.risk").joinpath("demo/answers.yaml").read_text(encoding="utf-8")
    after = text
    for old, new in DONE.items():
        assert old in after
        after = after.replace(old, new)
    return [diagnose(read_answers(one, name="demo", today=TODAY), today=TODAY) for one in (text, after)]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_before_and_after(results, language):
    page = (HOW_TO / f"diagnose.{language}.md").read_text(encoding="utf-8")
    before, after = (list(_lines(build(result, language))) for result in results)
    assert "\n".join(before[:22]) in page
    assert "\n".join(after[3:9]) in page
    for old, new in DONE.items():
        assert f"s/{old}/{new}/" in page


def test_three_controls_lower_mean_and_bad_years(results):
    before, after = results
    assert after.total.mean.value < before.total.mean.value
    assert after.total.one_in_100.value < before.total.one_in_100.value
    assert after.serious.p_year < before.serious.p_year
