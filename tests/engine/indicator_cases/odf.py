"""OpenDocument with the tricks of documents; no address exists, and no macro does anything."""

from tests.engine.indicator_cases.case import Case
from tests.engine.office_samples import opendocument

_EVENT = '<script:event-listener script:event-name="{}" xlink:href="vnd.sun.star.script:{}?language=Basic"/>'
_OUTSIDE = "../../program/python-core/a.py$run"
_BASIC = b"<script:module>Sub Go\nMsgBox 1\nEnd Sub</script:module>"


def _case(positive: bytes, negative: bytes) -> Case:
    return Case(positive, negative, name="letter.odt")


_PLAIN = opendocument("<text:p>Report</text:p>")
_PICTURE = '<draw:image xlink:href="{}"/>'

CASES = {
    "odf.macros": _case(opendocument(parts={"Basic/Standard/Module1.xml": _BASIC}), _PLAIN),
    "odf.autorun": _case(
        opendocument(_EVENT.format("dom:load", "Standard.Module1.Go")),
        opendocument(_EVENT.format("form:performaction", "Standard.Module1.Go")),
    ),
    "odf.script_outside": _case(
        opendocument(_EVENT.format("dom:mouseover", _OUTSIDE)),
        opendocument(_EVENT.format("dom:mouseover", "Standard.M.Go")),
    ),
    "odf.remote_object": _case(
        opendocument('<text:section-source xlink:href="https://files.test/a"/>'),
        opendocument('<text:a xlink:href="https://files.test/a">a</text:a>'),
    ),
    "odf.server_picture": _case(
        opendocument(_PICTURE.format("\\\\server\\share\\a.png")), opendocument(_PICTURE.format("Pictures/a.png"))
    ),
    "odf.entities": _case(
        opendocument(parts={"meta.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        opendocument(parts={"meta.xml": b'<!DOCTYPE a PUBLIC "a" "b.dtd"><a/>'}),
    ),
}
