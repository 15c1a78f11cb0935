"""Containers that the tricks travel in, made by the words of their specifications and nothing else."""

import io
import struct

import pycdlib

from tests.engine.samples import zipped

_LNK_CLSID = bytes.fromhex("0114020000000000c000000000000046")
_NAME, _RELATIVE, _ARGUMENTS, _UNICODE = 0x04, 0x08, 0x20, 0x80
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def lnk(target: str, arguments: str, *, name: str = "", minimised: bool = False) -> bytes:
    """Return a shortcut ([MS-SHLLINK] 2.1 and 2.4)."""
    flags = _RELATIVE | _ARGUMENTS | _UNICODE | (_NAME if name else 0)
    head = struct.pack("<I16sII24xIIIHH8x", 0x4C, _LNK_CLSID, flags, 0x20, 0, 0, 7 if minimised else 1, 0, 0)
    texts = [*([name] if name else []), target, arguments]
    return head + b"".join(struct.pack("<H", len(t)) + t.encode("utf-16-le") for t in texts) + bytes(4)


def iso(files: dict[str, bytes]) -> bytes:
    """Return a disk image (ISO 9660 with Joliet names)."""
    image = pycdlib.PyCdlib()
    image.new(joliet=3)
    for number, (name, data) in enumerate(files.items()):
        suffix = name.rpartition(".")[2].upper()[:3]
        image.add_fp(io.BytesIO(data), len(data), f"/FILE{number}.{suffix};1", joliet_path=f"/{name}")
    out = io.BytesIO()
    image.write_fp(out)
    image.close()
    return out.getvalue()


def docx(body: str, *, template: str = "") -> bytes:
    """Return a document (ECMA-376); `template` is the address of the template that Word fetches when it opens it."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body><w:p><w:r><w:t>{body}</w:t></w:r></w:p></w:body>'
        "</w:document>",
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/settings" Target="settings.xml"/></Relationships>',
        "word/settings.xml": f'<w:settings xmlns:w="{_WORD}" xmlns:r="{_OFFICE}">'
        + ('<w:attachedTemplate r:id="rId1"/>' if template else "")
        + "</w:settings>",
    }
    if template:
        parts["word/_rels/settings.xml.rels"] = (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_OFFICE}/attachedTemplate" '
            f'Target="{template}" TargetMode="External"/></Relationships>'
        )
    return zipped({name: b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode() for name, text in parts.items()})


def onenote(files: dict[str, bytes], page: str) -> bytes:
    """Return a section with embedded files ([MS-ONESTORE] 2.3.1 and 2.6.13); their names stand as text beside them."""
    out = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3") + bytes(1008) + page.encode("utf-16-le") + bytes(16)
    for name, data in files.items():
        out += name.encode("utf-16-le") + bytes(16)
        out += bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac") + struct.pack("<QIQ", len(data), 0, 0)
        out += data + bytes(-len(data) % 8) + bytes.fromhex("22a7fb711b5fae4db8c2cc4bf0af9f07")
    return out


def rtf(body: str, *, object_data: bytes = b"", object_class: str = "Package") -> bytes:
    r"""Return a document with an embedded object (RTF 1.9.1, \objdata; [MS-OLEDS] 2.2.5)."""
    inner = ""
    if object_data:
        kind = object_class.encode() + b"\0"
        head = struct.pack("<III", 0x0501, 2, len(kind)) + kind + struct.pack("<II", 0, 0)
        raw = (head + struct.pack("<I", len(object_data)) + object_data).hex()
        lines = "\r\n".join(raw[at : at + 76] for at in range(0, len(raw), 76))
        inner = rf"{{\object\objemb\objw1\objh1{{\*\objclass {object_class}}}{{\*\objdata " + "\r\n" + lines + r"}}"
    return (r"{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\f0\fs24 " + body + r"\par " + inner + "}").encode()


def package(name: str, data: bytes) -> bytes:
    """Return the native data of a packaged file, as Windows' packager writes it."""
    title, path = name.encode() + b"\0", f"C:\\Temp\\{name}".encode() + b"\0"
    body = b"\x02\0" + title + path + struct.pack("<HHI", 0, 3, len(path)) + path
    return body + struct.pack("<I", len(data)) + data
