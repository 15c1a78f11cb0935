"""A model on its way in the browser: a changed package is refused, a good one goes to a real agent, and back again."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from anshin.agent.config import StateFolder
from anshin.agent.enrol import enrol_device
from anshin.agent.run import Agent
from anshin.engine.service import Engine, EngineSettings
from tests.browser.conftest import Installation, shown
from tests.browser.test_pages import look
from tests.engine.model_packages import PUBLIC_TEXT, make_package, one_byte_changed
from tests.faults.house import wait_for

pytestmark = pytest.mark.browser
OLD, NEW = "2030.1.1", "2030.1.2"


@dataclass
class Pc:
    """A PC with a real agent and a real engine in this process."""

    engine: Engine
    home: Path

    def judges_by(self, name: str) -> None:
        wait_for(lambda: name in self.engine.versions().model.split(","), seconds=40, why=f"the agent uses {name}")


@contextmanager
def running(root: Path, console: str, token: str) -> Iterator[Pc]:
    folder, home, stop = StateFolder(root / "state"), root / "home", threading.Event()
    home.mkdir()
    with Engine(EngineSettings(jail=False)) as engine:
        config = enrol_device(folder, console=console, token=token, versions=engine.versions(), watch=[str(home)])
        agent = Agent(folder, config.model_copy(update={"heartbeat_seconds": 1}), engine)
        thread = threading.Thread(target=agent.run, args=(stop,))
        thread.start()
        try:
            yield Pc(engine, home)
        finally:
            stop.set()
            thread.join(15)
            agent.close()


def signed_in(installation: Installation, chromium, email: str, **more: object):
    context = chromium.new_context(locale="ja-JP", viewport={"width": 1280, "height": 900}, **more)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(installation.sign_in_link(email))
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/(c|p)/"))
    return page


@pytest.fixture
def token(installation: Installation, chromium) -> Iterator[str]:
    """The code that a company's owner makes for a new PC."""
    page = signed_in(installation, chromium, "yamamoto@towa-seiki.example.jp")
    page.goto(f"{page.url}devices/add/")
    page.locator("main input[name=label]").fill("試しの端末")
    page.locator("main form button[type=submit]").click()
    text = page.locator("#enrolment-token").text_content()
    yield text
    page.context.close()


def upload(page, root: Path, content: bytes) -> None:
    file = root / "package.anshinmodel"
    file.write_bytes(content)
    page.get_by_role("link", name="モデル", exact=True).first.click()
    page.get_by_role("link", name="モデルを登録する").first.click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="確かめて登録する").click()


def test_model_is_distributed_and_taken_back(installation: Installation, chromium, token, tmp_path):
    from axe_playwright_python.sync_playwright import Axe

    page = signed_in(installation, chromium, "sato@anshin-support.example.jp", bypass_csp=True)
    page.goto(f"{installation.url}/p/")
    upload(page, tmp_path, make_package(version=OLD))
    page.get_by_text("鍵を、このエンジンは信頼していません").wait_for()
    page.get_by_label("公開鍵").fill(PUBLIC_TEXT)
    page.get_by_role("button", name="公開鍵を登録する").click()
    page.get_by_text("公開鍵を登録しました").wait_for()

    # One changed byte: refused with a sentence that says what and what to do.
    upload(page, tmp_path, one_byte_changed(make_package(version=OLD)))
    page.get_by_text(
        "モデルの中のファイルが、署名された一覧と一致しません。使わずに、配布元から取り直してください。"
    ).wait_for()

    with running(tmp_path, installation.url, token) as pc:
        page.get_by_role("link", name="モデル", exact=True).first.click()
        page.get_by_role("link", name="先に試す端末").click()
        page.get_by_label("試しの端末").check()
        page.get_by_role("button", name="この端末にする").click()
        shown(page.get_by_label("試しの端末")).to_be_checked()

        for version in (OLD, NEW):
            upload(page, tmp_path, make_package(version=version, above=3.0 if version == NEW else 1000.0))
            page.get_by_text(f"shell-{version} を登録しました").wait_for()
            page.get_by_role("button", name="先に試す端末に配る").click()
            page.get_by_text("先に試す端末で確認中").first.wait_for()
            pc.judges_by(f"shell-{version}")
            if version == OLD:
                page.get_by_role("button", name="いますぐすべての端末に配る").click()
                page.get_by_text("すべての端末に配布").first.wait_for()

        newest = page.url
        wait_for(lambda: page.goto(newest) and page.get_by_text("使用中").count() > 0, seconds=20, why="it is reported")
        faults = look(page, Axe())
        page.set_viewport_size({"width": 320, "height": 800})
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours)
            for rest in ("", "../", "../drift/", "../canary/", "../upload/", "../../false-positives/"):
                page.goto(newest + rest)
                faults += look(page, Axe())
        page.set_viewport_size({"width": 1280, "height": 900})
        assert faults == []

        page.goto(newest)
        page.get_by_label("戻す理由").fill("経理の書類が止められたため")
        page.get_by_role("button", name="前のモデルに戻す").click()
        page.get_by_text("前のモデルに戻した").first.wait_for()
        pc.judges_by(f"shell-{OLD}")
    page.get_by_role("link", name="操作の記録").or_(page.get_by_role("link", name="記録")).first.click()
    shown(page.locator("main")).to_contain_text("経理の書類が止められたため")
    page.context.close()
