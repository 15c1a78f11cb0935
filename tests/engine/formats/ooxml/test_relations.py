"""Targets outside the package are told apart: the internet, a server, this computer."""

import pytest

from anshin.engine.budget import Budget
from anshin.engine.formats.ooxml.parse import parse_ooxml
from anshin.engine.formats.ooxml.xml import attributes, content, elements
from anshin.engine.limits import Limits
from tests.engine.office_samples import word

CODES = {"ooxml.remote_template", "ooxml.company_template", "ooxml.server_template", "ooxml.remote_code"}


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("https://files.test/a.dotm", "ooxml.remote_template"),
        ("HTTP://files.test/a.dotm", "ooxml.remote_template"),
        ("https://firm.sharepoint.com/a.dotx", "ooxml.company_template"),
        ("\\\\server\\share\\a.dotx", "ooxml.server_template"),
        ("file:///\\\\server\\share\\a.dotx", "ooxml.server_template"),
        ("file://server/share/a.dotx", "ooxml.server_template"),
        ("file://///server/share/a.dotx", "ooxml.server_template"),
        ("mhtml:http://files.test/a", "ooxml.remote_code"),
        ("file:///C:\\Office\\a.dotx", ""),
        ("file:///C:/Office/a.dotx", ""),
        ("Normal.dotm", ""),
    ],
)
def test_templates(target, code):
    found = parse_ooxml(word(("attachedTemplate", target, True)), Budget(Limits()))
    assert {s.code for s in found.signs} & CODES == ({code} if code else set())


def test_a_target_inside_the_package_is_no_link():
    found = parse_ooxml(word(("oleObject", "embeddings/a.bin", False)), Budget(Limits()))
    assert not found.signs


def test_elements_and_attributes():
    text = "<a:b x='1' y:z=\"a &amp; b\">text</a:b><b/><bc x='2'/>"
    found = list(elements(text, "b"))
    assert [values for values, _ in found] == [{"x": "1", "z": "a & b"}, {}]
    assert content(text, found[0][1]) == "text"
    assert attributes('x="a" broken y=') == {"x": "a"}
