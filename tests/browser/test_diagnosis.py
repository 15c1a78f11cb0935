"""The diagnosis as a person meets it: all questions, the result, the papers, the page for customers; each screen."""

import re

import pytest

from tests.browser.conftest import Installation, shown
from tests.browser.test_pages import company_address, look

pytestmark = pytest.mark.browser

OWNER = "yoshida@sakura-kaikei.example.jp"
CHOICES = {"cloud": "mail", "backup": "copy", "dependence": "most", "web": "page", "mfa": "some"}


def answer_all(page, start: str) -> int:
    """Answer one question after the other as a person who knows little; return how many screens it took."""
    page.goto(start)
    seen = 0
    while not page.url.endswith("/questions/"):
        page.locator("#question").wait_for()
        question = page.url.rstrip("/").rsplit("/", 1)[-1]
        if page.locator("#value").count():
            page.locator("#value").fill("2026-04" if question == "training" else "11")
            if question == "sales":
                page.locator("#value").fill("86000000")
        else:
            wanted = page.locator(f"input[name=value][value={CHOICES.get(question, 'unknown')}]")
            ticked = page.locator("input[type=checkbox][name=value]:checked")
            while ticked.count():
                ticked.first.uncheck()
            wanted.check()
        seen += 1
        page.locator("form.fields .button-main").click()
        page.wait_for_url(lambda address, was=question: not address.endswith(f"/{was}/"))
    return seen


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_first_question_to_the_papers(installation: Installation, chromium, javascript: bool):
    context = chromium.new_context(locale="ja-JP", java_script_enabled=True, accept_downloads=True)
    context.set_default_timeout(30_000)
    page = context.new_page()
    home = company_address(installation, page, OWNER)
    if not javascript:
        page.goto("about:blank")
        state = context.storage_state()
        context.close()
        context = chromium.new_context(locale="ja-JP", java_script_enabled=False, storage_state=state)
        page = context.new_page()
        page.goto(home + "diagnosis/questions/employees/")
        page.locator("#value").fill("0")
        page.locator("form.fields .button-main").click()
        shown(page.locator("#question-error")).to_contain_text("1 以上")
        shown(page.locator("#value")).to_have_value("0")
        page.goto(home + "diagnosis/")
        assert page.locator("h1").count() == 1
        context.close()
        return
    page.goto(home)
    page.locator("#loss-link").click()
    shown(page.get_by_role("link", name="続きから").or_(page.get_by_role("link", name="質問に答える"))).to_be_visible()
    assert answer_all(page, home + "diagnosis/questions/employees/") == 25
    page.get_by_role("button", name="損失を計算する").click()
    shown(page.locator("#headline")).to_be_visible(timeout=90_000)
    shown(page.locator("svg.chart-wide")).to_be_visible()
    assert page.locator(".figure-yen").count() == 3
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("社長向けPDF")).click()
    assert started.value.path().read_bytes().startswith(b"%PDF-")
    page.get_by_role("button", name="この予算で一番効く対策を探す").click()
    shown(page.get_by_role("columnheader", name="前").or_(page.get_by_text("減らせる対策はありません"))).to_be_visible(
        timeout=90_000
    )
    page.goto(home + "diagnosis/")
    page.get_by_role("link", name="取引先に見せる版").click()
    shown(page.locator("h1")).to_contain_text("情報セキュリティの取り組み")
    assert "円" not in page.locator("main").inner_text()
    page.goto(home)
    shown(page.locator("#home-loss .figure-yen")).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_screens_are_sound(installation: Installation, chromium, language: str, colours: str, width: int):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(
        locale={"ja": "ja-JP", "en": "en-GB"}[language],
        color_scheme=colours,
        viewport={"width": width, "height": 800},
        bypass_csp=True,  # only so that axe may be put into the page
    )
    context.set_default_timeout(30_000)
    page, axe, faults = context.new_page(), Axe(), []
    home = company_address(installation, page)
    page.goto(home + "diagnosis/")
    for _try in range(45):  # the worker may still be calculating the sample's results
        if page.locator("#headline").count():
            break
        page.wait_for_timeout(2000)
        page.goto(home + "diagnosis/")
    for fold in page.locator("details.fold:not(.table details)").all():
        fold.evaluate("fold => { fold.open = true; }")
    faults += look(page, axe)
    customer = page.locator("a[href$='/customer/']").first.get_attribute("href")
    for path in ("questions/", "questions/sales/", "questions/data_kinds/", "questions/training/", "outside/"):
        page.goto(home + "diagnosis/" + path)
        faults += look(page, axe)
    page.goto(installation.url + str(customer))
    faults += look(page, axe)
    context.close()
    assert faults == []


def test_keyboard_answers_a_question(installation: Installation, chromium):
    context = chromium.new_context(locale="ja-JP")
    page = context.new_page()
    home = company_address(installation, page)
    page.goto(home + "diagnosis/questions/protection/")
    page.locator("input[name=value]:checked, input[name=value]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/questions/patching/"))
    context.close()
