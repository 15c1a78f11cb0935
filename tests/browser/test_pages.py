"""Every page as Chromium shows it: no errors, no sideways scrolling on a phone, nothing that axe complains of."""

import re

import pytest

from tests.browser.conftest import Installation, shown

pytestmark = pytest.mark.browser

COMPANY_PAGES = (
    "", "devices/", "devices/add/", "detections/", "cases/", "cases/?state=all", "people/", "people/invite/", "keys/",
    "keys/new/", "audit/", "lists/", "lists/add/", "protection/", "diagnosis/",
    "diagnosis/questions/", "diagnosis/questions/employees/",
)  # fmt: skip
OTHER_PAGES = (
    "/profile/",
    "/accounts/2fa/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/emergency/",
    "/nowhere/",
)
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
PUBLIC_PAGES = ("/accounts/login/", "/accounts/password/reset/", "/emergency/")


def company_address(installation: Installation, page, email: str = "yamamoto@towa-seiki.example.jp") -> str:
    page.goto(installation.sign_in_link(email))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/(c|p)/"))
    return str(page.url)


def look(page, axe) -> list[str]:
    """Return what is wrong with the page that is shown."""
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    faults = [f"{page.url} scrolls sideways by {wide} px"] if wide > 0 else []
    found = axe.run(page, options={"runOnly": RULES}).response["violations"]
    return faults + [f"{page.url} {rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_are_sound(installation: Installation, chromium, language: str, colours: str, width: int):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context(
        locale={"ja": "ja-JP", "en": "en-GB"}[language],
        color_scheme=colours,
        viewport={"width": width, "height": 800},
        bypass_csp=True,  # only so that axe may be put into the page; the policy itself is tested by the walk
    )
    context.set_default_timeout(20_000)
    page, axe, faults = context.new_page(), Axe(), []
    for path in PUBLIC_PAGES:
        page.goto(installation.url + path)
        faults += look(page, axe)
    home = company_address(installation, page)
    things = [home + path for path in COMPANY_PAGES] + [installation.url + path for path in OTHER_PAGES]
    page.goto(home + "detections/")
    things += [installation.url + a for a in page.eval_on_selector_all("table a[href*='/detections/']", HREFS)[:1]]
    page.goto(home + "cases/?state=all")
    things += [installation.url + a for a in page.eval_on_selector_all("table a[href*='/cases/']", HREFS)[:1]]
    for address in things:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == language
        faults += look(page, axe)
    context.close()
    assert faults == []


HREFS = "links => links.map(link => link.getAttribute('href')).filter(h => /[0-9a-f-]{36}.*[0-9a-f-]{36}/.test(h))"


def test_pages_work_without_javascript(installation: Installation, chromium):
    context = chromium.new_context(locale="ja-JP", java_script_enabled=False)
    page = context.new_page()
    home = company_address(installation, page)
    for path in COMPANY_PAGES:
        answer = page.goto(home + path)
        assert answer.status == 200, path
        assert page.locator("h1").count() >= 1, path
    context.close()


def test_keyboard_reaches_the_content_and_the_menu(installation: Installation, chromium):
    context = chromium.new_context(locale="ja-JP")
    page = context.new_page()
    company_address(installation, page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className").startswith("skip-link")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") != ""
    context.close()


def test_provider_sees_all_companies_and_the_band(installation: Installation, chromium):
    context = chromium.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(installation.sign_in_link("tanaka@anshin-support.example.jp"))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/(c|p)/"))
    page.goto(installation.url + "/p/")
    for company in ("株式会社東和精機", "さくら会計事務所", "有限会社みどり水産"):
        shown(page.get_by_role("link", name=company).first).to_be_visible()
    page.get_by_role("link", name="さくら会計事務所").first.click()
    shown(page.locator(".band").first).to_be_visible()
    context.close()
