"""The documentation is whole: both languages, no dead link, no address of a registry in the lock, no placeholder."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(("http://", "https://", "mailto:", "#")):
            continue
        assert (page.parent / target.split("#")[0]).exists(), f"{page.name} links to {target}"


def test_every_page_has_its_twin():
    for page in (ROOT / "docs").rglob("*.md"):
        here, there = (".ja.md", ".en.md") if page.name.endswith(".ja.md") else (".en.md", ".ja.md")
        if page.name.endswith(here):
            assert page.with_name(page.name.replace(here, there)).exists(), f"{page.name} has no twin"


def headings(page: Path) -> list[str]:
    """Return the levels of the headings of `page`, code blocks left out."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^(#{1,3}) ", text, flags=re.MULTILINE)


def test_pages_of_two_languages_have_the_same_shape():
    for page in (ROOT / "docs").rglob("*.ja.md"):
        twin = page.with_name(page.name.replace(".ja.md", ".en.md"))
        assert headings(page) == headings(twin), f"{page.name} and {twin.name} have different headings"


def test_lock_names_no_address():
    assert "://" not in (ROOT / "requirements.lock").read_text()


def test_files_stay_small():
    sizes = sorted(len(p.read_text().splitlines()) for p in (ROOT / "src").rglob("*.py") if "migrations" not in p.parts)
    assert sizes[-1] <= 800
    assert sizes[int(len(sizes) * 0.9)] <= 400
    assert sizes[len(sizes) // 2] <= 130
