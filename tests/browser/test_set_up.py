"""An empty installation: `anshin up` without `--demo`, the wizard, and a clean end by Ctrl-C."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import CHROMIUM, shown, start_up, stop
from tests.faults.house import wait_for

pytestmark = pytest.mark.browser


@pytest.fixture
def empty(tmp_path: Path):
    """A started, empty installation: the line it printed, and its process."""
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed; as root on Debian `make test` installs it")
    process, lines = start_up(tmp_path / "data")
    try:
        wait_for(lambda: lines or process.poll() is not None, seconds=90, why="`anshin up` prints its line")
        assert lines, (tmp_path / "data.log").read_text()[-3000:]
        yield lines, process
    finally:
        stop(process)


def test_wizard_leads_from_nothing_to_a_protected_company(empty, chromium):
    lines, process = empty
    link = re.findall(r"https?://\S+", lines[0])[-1]
    assert "/setup/" in link
    context = chromium.new_context(locale="ja-JP")
    context.set_default_timeout(20_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    page.goto(link)
    page.locator("[name=name]").fill("安心サポート")
    page.locator("[name=person_name]").fill("佐藤 美咲")
    page.locator("[name=email]").fill("sato@example.test")
    page.locator("[name=password]").fill("short")
    page.locator("main form .button-main").click()
    shown(page.locator("[name=password][aria-invalid=true]")).to_be_visible()  # a short password is refused
    assert page.url.endswith(link.split("/setup/")[1])
    page.locator("[name=password]").fill("a sentence that is easy to keep")
    page.locator("main form .button-main").click()

    page.locator("[name=owner_email]").fill("owner@example.test")
    page.locator("[name=name]").fill("株式会社東和精機")
    page.locator("main form .button-main").click()
    shown(page.locator("main")).to_contain_text("/invite/")  # without a mail server the link is shown once
    page.locator("main a.button-main").click()
    page.locator("button[name=finish]").click()
    # The administrator is signed in, and owes a second factor before anything else.
    page.wait_for_url(re.compile("/accounts/2fa/"))
    shown(page.locator("main")).to_contain_text("二要素")
    gone = page.goto(link)
    assert gone is not None
    assert gone.status == 404
    assert [c for c in complaints if "404" not in c] == []
    context.close()
    assert len(lines) == 1, "one line on standard output, and no more"
    assert stop(process) == 0
