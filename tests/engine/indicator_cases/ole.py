"""OLE2 files with the tricks of documents; the programs in them are no programs, and no address exists."""

import io
import struct

from msoffcrypto.method.ecma376_agile import ECMA376Agile  # type: ignore[import-untyped]

from tests.engine.indicator_cases.case import Case
from tests.engine.ole_samples import ole
from tests.engine.samples import noise, zipped

_WORD = b"\xec\xa5\xc1\0" + bytes(5000)
_PLAIN = ole({"WordDocument": _WORD, "1Table": b"t" * 200})


def packed(name: str, data: bytes) -> bytes:
    """Return the stream of a packed file."""
    path = f"C:\\a\\{name}".encode()
    body = b"\x02\0" + name.encode() + b"\0" + path + b"\0\0\0\x03\0" + struct.pack("<I", len(path) + 1) + path + b"\0"
    body += struct.pack("<I", len(data)) + data
    return struct.pack("<I", len(body)) + body


def equation(font: bytes) -> bytes:
    """Return an equation whose font has this name."""
    return struct.pack("<HIHI16x", 28, 0x20000, 0xC16F, 100) + b"\x03\x01\x01\x03\x0a\x0a\x08\x01\x02" + font + b"\0\0"


def link(clsid: bytes, address: str = "") -> bytes:
    """Return a link to another place by the class that opens it."""
    return (
        b"\x01\0\0\x02\x09\0\0\0\x01"
        + bytes(11)
        + clsid
        + struct.pack("<I", 60)
        + address.encode("utf-16-le")
        + b"\0\0"
    )


def locked(password: str) -> bytes:
    """Return an encrypted workbook; a document without secrets."""
    members = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>", "xl/noise.bin": noise(6000)}
    return bytes(ECMA376Agile.encrypt(password, io.BytesIO(zipped(members)), spin_count=1000))


_URL = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
_SCRIPT = bytes.fromhex("d30b2906aa48d2118432006008c3fbfc")
_PROGRAM = b"MZ" + bytes(76) + b"This program cannot be run in " + b"DOS mode" + bytes(600)
_STEP = b"power" + b"shell -w hidden -f a.ps1"
_MSI = {"": "000c1084-0000-0000-c000-000000000046"}


def _hidden(data: bytes) -> bytes:
    """Make the tree step over the second stream."""
    raw = bytearray(data)
    first, second = (raw.find(n.encode("utf-16-le")) for n in ("WordDocument", "1Table"))
    raw[first + 72 : first + 76] = raw[second + 72 : second + 76]
    return bytes(raw)


def _stream(path: str, data: bytes, **clsids: str) -> bytes:
    return ole({"WordDocument": _WORD, path: data}, clsids=clsids)


def _msi(texts: bytes) -> bytes:
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
    at = [letters.index(c) for c in "_StringData"]
    pairs = [chr(0x3800 + a + (b << 6)) for a, b in zip(at[::2], at[1::2], strict=False)]
    return ole({chr(0x4840) + "".join(pairs) + chr(0x4800 + at[-1]): texts}, clsids=_MSI)


CASES = {
    "ole.malformed": Case(_stream("ObjectPool/_1/\x01Ole10Native", b"\x09\0\0\0" + b"xy" * 20), _PLAIN),
    "ole.hidden_stream": Case(_hidden(_PLAIN), _PLAIN),
    "ole.default_password": Case(locked("Velvet" + "Sweatshop"), _PLAIN),
    "ole.known_password": Case(locked("1234"), _PLAIN),
    "ole.packed_program": Case(
        _stream("ObjectPool/_1/\x01Ole10Native", packed("a.vbs", b"x = 1")),
        _stream("ObjectPool/_1/\x01Ole10Native", packed("a.csv", b"x,1")),
    ),
    "ole.embedded_program": Case(_stream("Data", _PROGRAM), _stream("Data", bytes(700))),
    "ole.equation": Case(_stream("ObjectPool/_1/Equation Native", equation(b"Symbol")), _PLAIN),
    "ole.equation_exploit": Case(
        _stream("ObjectPool/_1/Equation Native", equation(b"A" * 60)),
        _stream("ObjectPool/_1/Equation Native", equation(b"Times New Roman")),
    ),
    "ole.exploited": Case(
        ole(
            {"WordDocument": _WORD, "ObjectPool/_1/a": b"x"},
            clsids={"ObjectPool/_1": "bdd1f04b-858b-11d1-b16a-00c0f0283628"},
        ),
        ole(
            {"WordDocument": _WORD, "ObjectPool/_1/a": b"x"},
            clsids={"ObjectPool/_1": "00020820-0000-0000-c000-000000000046"},
        ),
    ),
    "ole.script_moniker": Case(
        _stream("ObjectPool/_1/\x01Ole", link(_SCRIPT)), _stream("ObjectPool/_1/\x01Ole", link(bytes(16)))
    ),
    "ole.remote_link": Case(
        _stream("ObjectPool/_1/\x01Ole", link(_URL, "http://a.test/b.hta")),
        _stream("ObjectPool/_1/\x01Ole", link(_URL, "C:\\b.xls")),
    ),
    "ole.flash": Case(
        ole(
            {"WordDocument": _WORD, "ObjectPool/_1/a": b"x"},
            clsids={"ObjectPool/_1": "d27cdb6e-ae6d-11cf-96b8-444553540000"},
        ),
        _PLAIN,
    ),
    "ole.command_in_properties": Case(
        _stream("\x05SummaryInformation", b"Title\0" + _STEP), _stream("\x05SummaryInformation", b"Title\0Report")
    ),
    "ole.installer_command": Case(_msi(b"Action" + _STEP), _msi(b"Action" + _STEP.replace(b" -w hidden", b""))),
}
