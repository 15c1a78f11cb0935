"""Office Open XML with the tricks of documents; no address exists, and no macro does anything."""

import io
import warnings
import zipfile

from tests.engine.indicator_cases.case import Case
from tests.engine.office_samples import package, relations, word

_HTTP = "https://files.test/a"
_BARE = "http://203.0.113.7/a"
_VBA = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_PLAIN = word()
_MSDT = "ms-" + "msdt:/id PCWDiagnostic"
_PROGRAM = "ppaction://" + "program"


def _twice() -> bytes:
    out = io.BytesIO(_PLAIN)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr(zipfile.ZipInfo("word/document.xml"), b"<document>other</document>")
    return out.getvalue()


def _slide(tag: str, target: str = "calc.test") -> bytes:
    return package(
        "ppt/presentation.xml",
        {
            "ppt/slides/slide1.xml": f'<p:sld><a:{tag} r:id="rId1" action="{_PROGRAM}"/></p:sld>'.encode(),
            "ppt/slides/_rels/slide1.xml.rels": relations(("hyperlink", target, True)),
        },
    )


def _case(positive: bytes, negative: bytes = _PLAIN, *, clean: bool = True) -> Case:
    return Case(positive, negative, name="letter.docx", clean=clean)


def _external(kind: str, target: str) -> bytes:
    return word((kind, target, True))


_QUIET_SLIDE = package("ppt/presentation.xml", {"ppt/slides/slide1.xml": b"<p:sld/>"})
_CHUNK = '<Override PartName="/word/a.dat" ContentType="{}"/>'

CASES = {
    "ooxml.macros": _case(word((_VBA, "vbaProject.bin", False), parts={"word/vbaProject.bin": b"x"})),
    "ooxml.disguised_macros": _case(
        word((_VBA, "media/image1.png", False), parts={"word/media/image1.png": b"x"}),
        word((_VBA, "vbaProject.bin", False), parts={"word/vbaProject.bin": b"x"}),
    ),
    "ooxml.ribbon_macro": _case(
        word(parts={"customUI/customUI14.xml": b'<customUI xmlns="a" onLoad="Start"><ribbon/></customUI>'}),
        word(parts={"customUI/customUI14.xml": b'<customUI xmlns="a"><ribbon/></customUI>'}),
    ),
    "ooxml.controls": _case(
        word(parts={"word/activeX/activeX1.xml": b'<ax:ocx ax:classid="{8BD21D40-EC42-11CE-9E0D-00AA006002F3}"/>'})
    ),
    "ooxml.remote_template": _case(
        _external("attachedTemplate", _HTTP + ".dotm"), _external("attachedTemplate", "file:///C:\\Office\\normal.dotm")
    ),
    "ooxml.company_template": _case(_external("attachedTemplate", "https://firm.sharepoint.com/a.dotx")),
    "ooxml.server_template": _case(
        _external("attachedTemplate", "file:///\\\\server\\share\\a.dotx"),
        _external("attachedTemplate", "file:///C:\\a.dotx"),
    ),
    "ooxml.remote_object": _case(_external("oleObject", _HTTP), _external("oleObject", "file:///C:\\a.xlsx")),
    "ooxml.remote_code": _case(_external("oleObject", _HTTP + ".html!"), _external("hyperlink", _HTTP + ".html!")),
    "ooxml.remote_frame": _case(_external("frame", _HTTP), _external("frame", "file:///C:\\a.htm")),
    "ooxml.bare_address": _case(_external("attachedTemplate", _BARE), _external("hyperlink", _BARE)),
    "ooxml.remote_picture": _case(_external("image", _HTTP + ".png"), word(("image", "media/image1.png", False))),
    "ooxml.server_picture": _case(
        _external("image", "\\\\server\\share\\a.png"), _external("image", "file:///C:\\a.png")
    ),
    "ooxml.dangerous_link": _case(_external("hyperlink", _MSDT), _external("hyperlink", "mailto:a@b.test")),
    "ooxml.program_link": _case(
        _external("hyperlink", "file:///C:\\tools\\a.exe"), _external("hyperlink", "file:///C:\\a.pdf")
    ),
    "ooxml.chunk": _case(
        word(("aFChunk", "/word/a.dat", False), types=_CHUNK.format("text/html"), parts={"word/a.dat": b"<p>a</p>"})
    ),
    "ooxml.rtf_chunk": _case(
        word(
            ("aFChunk", "/word/a.dat", False),
            types=_CHUNK.format("application/rtf"),
            parts={"word/a.dat": b"{\\rtf1 a}"},
        ),
        word(("aFChunk", "/word/a.dat", False), types=_CHUNK.format("text/html"), parts={"word/a.dat": b"<p>a</p>"}),
    ),
    "ooxml.entities": _case(
        word(parts={"docProps/core.xml": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        word(parts={"docProps/core.xml": b'<?xml version="1.0"?><a>b &amp; c</a>'}),
    ),
    "ooxml.part_twice": _case(_twice()),
    "ooxml.command_in_properties": _case(
        word(parts={"docProps/core.xml": b"<a><title>power" + b"shell -c a</title></a>"}),
        word(parts={"docProps/core.xml": b"<a><title>Report</title></a>"}),
    ),
    "ooxml.web_query": _case(
        package(
            "xl/workbook.xml", {"xl/connections.xml": b'<connections><webPr url="https://files.test/a"/></connections>'}
        ),
        package("xl/workbook.xml", {"xl/connections.xml": b'<connections><dbPr connection="a"/></connections>'}),
    ),
    "ooxml.click_program": _case(_slide("hlinkClick"), _QUIET_SLIDE),
    "ooxml.hover_program": _case(_slide("hlinkMouseOver"), _QUIET_SLIDE),
    "ooxml.template_injection": _case(_external("attachedTemplate", _BARE), _external("hyperlink", _BARE)),
}
