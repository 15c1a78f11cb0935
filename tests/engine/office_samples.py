"""Self-made packages of Office and OpenDocument: only the parts that a test names."""

import io
import struct
import zipfile

from tests.engine.samples import zipped

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{}</Types>'
)


def relations(*rows: tuple[str, str, bool]) -> bytes:
    """Return a part of relationships from (kind, target, external); their numbers are rId1, rId2 ..."""
    body = "".join(
        f'<Relationship Id="rId{n}" Type="{kind if ":" in kind else f"{RELATIONS}/{kind}"}" Target="{target}"'
        f"{' TargetMode=' + chr(34) + 'External' + chr(34) if external else ''}/>"
        for n, (kind, target, external) in enumerate(rows, 1)
    )
    return f'<?xml version="1.0"?><Relationships>{body}</Relationships>'.encode()


def package(main: str, parts: dict[str, bytes], types: str = "") -> bytes:
    """Return a package whose main part is `main` ("word/document.xml")."""
    return zipped(
        {
            "[Content_Types].xml": _TYPES.format(types).encode(),
            "_rels/.rels": relations(("officeDocument", main, False)),
            main: b"<document/>",
        }
        | parts
    )


def word(*rows: tuple[str, str, bool], types: str = "", body: str = "", parts: dict[str, bytes] | None = None) -> bytes:
    """Return a docx whose main part has these relationships and this body."""
    return package(
        "word/document.xml",
        {
            "word/document.xml": f"<w:document><w:body><w:p>{body}</w:p></w:body></w:document>".encode(),
            "word/_rels/document.xml.rels": relations(*rows),
        }
        | (parts or {}),
        types,
    )


MACRO_SHEET = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"


def macro_book(formulas: list[str], *, hidden: str = "visible", auto: bool = False) -> bytes:
    """Return an xlsm with one macro sheet."""
    cells = "".join(f'<row r="{n}"><c r="A{n}"><f>{f}</f></c></row>' for n, f in enumerate(formulas, 1))
    names = '<definedNames><definedName name="_xlnm.Auto_Open">Macro1!$A$1</definedName></definedNames>' if auto else ""
    return package(
        "xl/workbook.xml",
        {
            "xl/workbook.xml": (
                f'<workbook><sheets><sheet name="Macro1" sheetId="1" state="{hidden}" r:id="rId1"/></sheets>'
                f"{names}</workbook>"
            ).encode(),
            "xl/_rels/workbook.xml.rels": relations((MACRO_SHEET, "macrosheets/sheet1.xml", False)),
            "xl/macrosheets/sheet1.xml": f"<xm:macrosheet><sheetData>{cells}</sheetData></xm:macrosheet>".encode(),
        },
    )


def opendocument(content: str = "", *, parts: dict[str, bytes] | None = None) -> bytes:
    """Return an odt whose content.xml holds `content`."""
    body = f"<office:document-content><office:body>{content}</office:body></office:document-content>".encode()
    members = {"content.xml": body, "META-INF/manifest.xml": b"<manifest:manifest/>"} | (parts or {})
    return stored_first("mimetype", b"application/vnd.oasis.opendocument.text", members)


def stored_first(name: str, data: bytes, members: dict[str, bytes]) -> bytes:
    """Return a ZIP whose first entry is stored as it is."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_STORED)
        for member, body in members.items():
            archive.writestr(zipfile.ZipInfo(member), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def onenote(*files: bytes, names: tuple[str, ...] = (), text: str = "") -> bytes:
    """Return a section with embedded files, their names and text of a page."""
    out = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(1008)
    out += b"\0\0".join(n.encode("utf-16-le") for n in names) + bytes(16) + text.encode("utf-16-le") + bytes(16)
    for data in files:
        out += bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") + struct.pack("<QIQ", len(data), 0, 0) + data
        out += bytes.fromhex("22a7fb711b5fae4db8c2cc4bf0af9f07")
    return out
