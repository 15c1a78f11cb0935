"""The report in plain words: both languages whole, figures from the document, no weakness for customers."""

import re
from typing import Any

import pytest

from anshin.risk.diagnose import diagnose
from anshin.risk.report import build, build_for_customers
from anshin.risk.report.amounts import about
from tests.risk.firms import STRONG, TODAY, demo, firm

JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
SMALL: dict[str, Any] = {"today": TODAY, "years": 20_000, "sets": 20}


@pytest.fixture(scope="module")
def result():
    return diagnose(demo(), **SMALL)


def texts(page):
    """Yield every text of a page."""
    if isinstance(page, str):
        yield page
    elif isinstance(page, dict):
        for value in page.values():
            yield from texts(value)
    elif isinstance(page, (list, tuple)):
        for value in page:
            yield from texts(value)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_is_left_unfilled(result, language):
    for page in (build(result, language), build_for_customers(result, language)):
        assert not [text for text in texts(page.model_dump()) if "{" in text or "None" in text]


def test_english_has_no_japanese_but_the_name(result):
    for page in (build(result, "en"), build_for_customers(result, "en")):
        for text in texts(page.model_dump()):
            assert not JAPANESE.search(text.replace(result.company, ""))


def test_both_languages_have_the_same_shape(result):
    ja, en = build(result, "ja"), build(result, "en")
    assert [a.control for a in ja.actions] == [a.control for a in en.actions]
    assert len(ja.sentences) == len(en.sentences)
    assert [len(c.sentences) for c in ja.covers] == [len(c.sentences) for c in en.covers]


def test_the_headline_says_the_figures_of_the_document(result):
    page = build(result, "ja")
    assert page.headline == (
        f"10年に1度の悪い年に{about(result.total.one_in_10.value, 'ja')}、"
        f"100年に1度の年に{about(result.total.one_in_100.value, 'ja')}を失う計算です。"
    )
    assert about(result.serious.mean, "ja") in page.sentences[0]


def test_three_actions_begin_with_the_plan(result):
    actions = [action.control for action in build(result, "ja").actions]
    assert len(actions) == 3
    assert actions == list(result.plan.controls[:3])


def test_what_no_insurance_pays_is_said_for_every_cover(result):
    for cover in build(result, "ja").covers:
        assert any("どの保険でも戻りません" in sentence for sentence in cover.sentences)


def test_three_reasons_count(result):
    assert build(result, "ja").needs_sum.startswith("3つの理由のうち2つ")
    assert build(diagnose(firm(standing=["none"]), **SMALL), "ja").needs_sum.startswith("3つの理由のうち1つ")


def test_customers_see_what_is_in_place_and_no_weakness(result):
    facts = [{"fact": "fleet.protected_share", "value": 1.0, "at": "2026-11-22"}]
    strong = build_for_customers(
        diagnose(firm(**(STRONG | {"logs": "no", "plan": "partly"}), facts=facts), **SMALL), "ja"
    )
    assert "すべての機械に防御ソフト（2026年11月22日に測定）" in strong.controls
    assert "多要素認証をすべてに（2026年11月20日に自己申告）" in strong.controls
    for text in texts(strong.model_dump()):
        assert "ログ" not in text
        assert "円" not in text
    weak = build_for_customers(result, "ja")
    assert weak.controls == ("対策の確認を続けています。",)


def test_proof_is_asked_for_where_only_words_stand():
    page = build(diagnose(firm(**STRONG), **SMALL, budget=0), "ja")
    assert all("確かめた記録がありません" in action.effect for action in page.actions)
