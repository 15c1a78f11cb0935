"""The walk a newcomer takes: drop the harmless test file, see it stopped and explained, hand it over, bring it back."""

import io
import os
import re
import stat
import zipfile
from pathlib import Path

import pytest

from tests.browser.conftest import Installation, shown
from tests.conftest import eicar
from tests.faults.house import wait_for

pytestmark = pytest.mark.browser


def nested_zip(name: str, content: bytes) -> bytes:
    """Return a ZIP in a ZIP around `content`."""
    for inner in (name, "請求書一式.zip"):
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(inner, content)
        content = sink.getvalue()
    return content


@pytest.fixture
def page(installation: Installation, chromium):
    """The owner's browser, signed in by a one-time link; every console error fails the test."""
    context = chromium.new_context(locale="ja-JP", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(installation.sign_in_link("yamamoto@towa-seiki.example.jp"))
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url(re.compile(r"/c/[0-9a-f-]{36}/$"))
    yield page
    context.close()
    assert complaints == []


def drop(installation: Installation, name: str, content: bytes) -> Path:
    target = installation.pc / name
    part = installation.folder / "incoming"
    part.write_bytes(content)
    part.chmod(0o640)
    os.setxattr(part, "user.origin", b"the walk")
    os.utime(part, ns=(1_700_000_000_123_456_789, 1_600_000_000_987_654_321))
    part.rename(target)
    return target


def test_file_is_blocked_explained_handed_over_and_restored(installation: Installation, page):
    home = page.url
    target = drop(installation, "請求書.pdf.exe", eicar())
    wait_for(lambda: not target.exists(), seconds=30, why="the file is blocked")

    # Without a reload: the sentence at the top changes, and the detection stands below.
    page.get_by_role("link", name="請求書.pdf.exe").wait_for()
    assert page.url == home
    page.get_by_role("heading", name=re.compile("要確認|至急")).wait_for()
    screenshot(page, "home-urgent")

    page.get_by_role("link", name="請求書.pdf.exe").first.click()
    page.get_by_role("heading", name="危険なファイルを止めました").wait_for()
    shown(page.locator("main")).to_contain_text("無害なテストファイル")
    detection = page.url
    screenshot(page, "detection")
    page.get_by_role("button", name="English").click()
    shown(page.locator("main")).to_contain_text("harmless")
    shown(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="日本語").click()
    shown(page.locator("html")).to_have_attribute("lang", "ja")

    # Every PC of the company is asked to examine all it watches, and says that it has.
    page.get_by_role("button", name="ほかの端末も調べる").click()
    page.get_by_text("1台中1台 調べ終わりました").wait_for()
    page.get_by_text("危険なファイルは見つかりませんでした").wait_for()

    # The case: three first steps, sealed evidence, and the way to the desk.
    page.get_by_role("link", name=re.compile(r"事案 2026-|事案 20\d\d-")).click()
    shown(page.locator("ol.steps > li")).to_have_count(3)
    shown(page.locator("main")).to_contain_text("封印")
    screenshot(page, "case")
    page.get_by_role("button", name=re.compile("済ませました")).first.click()
    shown(page.get_by_text("あと 2 つ").first).to_be_visible()
    page.get_by_role("link", name="相談窓口へ渡す").or_(page.get_by_role("button", name="相談窓口へ渡す")).click()
    page.get_by_role("button", name="相談窓口へ渡す").click()
    page.get_by_text("相談窓口で対応中").first.wait_for()

    # Restoring brings back the same file, with a reason that stands in the log.
    page.goto(detection)
    page.get_by_role("link", name="元に戻す").click()
    page.get_by_role("button", name="元に戻す").click()
    assert "restore" in page.url, "a restore without a reason must be refused"
    page.get_by_label("理由").fill("動作確認のために置いたテストファイルだから")
    page.get_by_role("button", name="元に戻す").click()
    wait_for(target.exists, seconds=30, why="the file is back")
    back = target.stat()
    assert target.read_bytes() == eicar()
    assert stat.S_IMODE(back.st_mode) == 0o640
    assert back.st_mtime_ns == 1_600_000_000_987_654_321
    assert (back.st_uid, back.st_gid) == (os.getuid(), os.getgid())
    assert os.getxattr(target, "user.origin") == b"the walk"
    page.goto(detection)
    page.get_by_text("元の場所に戻しました").first.wait_for()
    page.goto(home + "audit/")
    shown(page.locator("main")).to_contain_text("動作確認のために置いたテストファイルだから")


def test_archive_two_levels_deep_is_blocked(installation: Installation, page):
    target = drop(installation, "資料.zip", nested_zip("見積書.txt", eicar()))
    wait_for(lambda: not target.exists(), seconds=30, why="the archive is blocked")
    page.get_by_role("link", name="資料.zip").first.click()
    page.get_by_text("技術的な詳細").click()
    shown(page.locator("main")).to_contain_text("請求書一式.zip")
    shown(page.locator("main")).to_contain_text("見積書.txt")


def screenshot(page, name: str) -> None:
    """Keep a picture for the README when ANSHIN_TEST_SCREENSHOTS names a folder."""
    folder = os.environ.get("ANSHIN_TEST_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=False)
