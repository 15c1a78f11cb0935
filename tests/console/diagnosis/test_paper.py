"""The papers: two pages, words that can be selected, a title, no path, nothing weak for customers."""

import io
import re
import subprocess
from pathlib import Path

import pikepdf
import pytest
from django.urls import reverse
from django.utils import translation
from django_scopes import scope

from anshin.console.diagnosis.paper import render
from anshin.console.diagnosis.paper.font import FAMILY, font_folder
from anshin.console.people.roles import Role
from anshin.risk.document import LossResult
from anshin.risk.report import build, build_for_customers
from tests.console.diagnosis.conftest import diagnosed, result_document


@pytest.fixture
def result() -> LossResult:
    return LossResult.model_validate(result_document())


def opened(made: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(made))


def words_of(document: pikepdf.Pdf) -> str:
    """Return the words of a PDF by its ToUnicode maps: what a reader can select and search."""
    found = []
    for page in document.pages:
        maps = {name: to_unicode(font) for name, font in page.resources.Font.items()}
        current: dict[int, str] = {}
        for instruction in pikepdf.parse_content_stream(page):
            operands, operator = instruction.operands, instruction.operator
            if str(operator) == "Tf":
                current = maps[str(operands[0])]
            for operand in operands if str(operator) == "Tj" else operands[0] if str(operator) == "TJ" else []:
                if isinstance(operand, pikepdf.String):
                    raw = bytes(operand)
                    codes = [int.from_bytes(raw[n : n + 2], "big") for n in range(0, len(raw), 2)]
                    found.append("".join(current.get(code, "") for code in codes))
    return "".join(found)


def to_unicode(font: pikepdf.Object) -> dict[int, str]:
    text = font.ToUnicode.read_bytes().decode("ascii")
    found = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, value in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(value).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for first, last, value in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            start = int.from_bytes(bytes.fromhex(value), "big")
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = chr(start + code - int(first, 16))
    return found


def squeezed(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_two_pages_say_everything(result, language):
    with translation.override(language):
        made = render.firm_paper(result, language)
    document, report = opened(made), build(result, language)
    assert len(document.pages) == 2
    assert str(document.docinfo.Title) == report.title
    words = squeezed(words_of(document))
    for sentence in (report.headline, *(a.effect for a in report.actions), *(n.reason for n in report.needs)):
        assert squeezed(sentence) in words
    for one in result.assumptions:
        rest = one.title.text(language).partition("：" if language == "ja" else ": ")[2]
        assert squeezed(rest or one.title.text(language)) in words
    assert str(Path(__file__).parents[3]).encode() not in made
    assert str(font_folder()).encode() not in made


def test_only_our_font_is_in_it(result):
    with translation.override("ja"):
        document = opened(render.firm_paper(result, "ja"))
    fonts = {str(font.BaseFont) for page in document.pages for font in page.resources.Font.values()}
    assert fonts
    assert all(FAMILY in name for name in fonts)


def test_same_result_gives_the_same_bytes(result):
    with translation.override("en"):
        assert render.firm_paper(result, "en") == render.firm_paper(result, "en")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_all_unknown_answers_still_fit_on_two_pages(result, language):
    answer = next(one for one in result.assumptions if one.kind == "answer")
    many = tuple(answer.model_copy(update={"id": f"answer.{n}"}) for n in range(25)) + result.assumptions
    with translation.override(language):
        made = render.firm_paper(result.model_copy(update={"assumptions": many}), language)
    assert len(opened(made).pages) == 2


@pytest.mark.parametrize("language", ["ja", "en"])
def test_customer_paper_holds_no_weakness(result, language):
    with translation.override(language):
        made = render.customer_paper(build_for_customers(result, language), result)
    words = squeezed(words_of(opened(made)))
    assert len(opened(made).pages) == 1
    for control in result.controls:
        assert (squeezed(control.title.text(language)) in words) == (control.state == "in_place")
    assert "¥" not in words


def test_font_comes_with_its_licence():
    assert list(font_folder().glob("IPA_Font_License*"))


def test_a_hang_ends_in_words(cast, monkeypatch):
    with scope(organisation=cast.company):
        things = diagnosed(cast.actor(Role.OWNER))

    def hang(*_args, **_kwargs):
        raise subprocess.TimeoutExpired("typst", 30)

    monkeypatch.setattr(subprocess, "run", hang)
    url = reverse("diagnosis_paper", args=[cast.company.id, things["diagnosis_id"]])
    page = cast.client(Role.OWNER).get(url, follow=True)
    assert "PDFを作れませんでした" in page.content.decode()


@pytest.mark.parametrize(("kind", "name"), [("", "diagnosis"), ("customer", "customers")])
def test_download(cast, kind, name):
    with scope(organisation=cast.company):
        things = diagnosed(cast.actor(Role.OWNER))
    url = reverse("diagnosis_paper", args=[cast.company.id, things["diagnosis_id"]])
    answer = cast.client(Role.MEMBER, language="en").get(url, {"kind": kind})
    assert answer["Content-Type"] == "application/pdf"
    assert f"anshin-{name}-" in answer["Content-Disposition"]
    assert str(opened(answer.content).docinfo.Title).endswith(cast.company.name_en)
