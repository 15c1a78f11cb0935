"""Files packed into documents: the stream Ole10Native, in containers and in RTF. Format: [MS-OLEDS] 2.3.6."""

import struct
from dataclasses import dataclass

LONGEST_NAME = 1024
RUNNABLE = frozenset(
    [
        "exe",
        "scr",
        "com",
        "pif",
        "cpl",
        "dll",
        "msi",
        "bat",
        "cmd",
        "vbs",
        "vbe",
        "js",
        "jse",
        "wsf",
        "wsh",
        "hta",
        "ps1",
        "psm1",
        "sct",
        "lnk",
        "jar",
        "chm",
        "hlp",
        "iso",
        "img",
        "vhd",
        "scf",
        "url",
        "application",
        "appref-ms",
        "settingcontent-ms",
        "library-ms",
        "msc",
        "xll",
        "inf",
        "reg",
        "py",
        "rb",
        "pyw",
        "gadget",
        "ws",
        "wsc",
        "msh",
        "xbap",
    ]
)
"""Endings that Windows runs when the object is double-clicked."""


@dataclass(frozen=True, slots=True)
class Package:
    """One packed file."""

    label: str  # what the reader sees under the icon
    source: str  # where it was when it was packed
    path: str  # where it will be written to
    data: bytes

    @property
    def name(self) -> str:
        """The best name for the file."""
        for candidate in (self.path, self.source, self.label):
            if base := candidate.replace("\\", "/").rpartition("/")[2].strip(" \0"):
                return base[:255]
        return "package"

    @property
    def runnable(self) -> bool:
        """Whether a double click runs it."""
        names = (self.path, self.label, self.source)
        return any(n.rstrip(" .\0").rpartition(".")[2].lower() in RUNNABLE for n in names if "." in n)


def read_package(data: bytes) -> Package | None:
    """Return the file packed in the stream `data`, or None where it is something else."""
    if len(data) < 12:
        return None
    (size,) = struct.unpack_from("<I", data)
    at = 4
    if data[4:6] == b"\x02\0":
        at = 6
    elif size != len(data) - 4 or size < 4:
        return None
    elif data[4:6] != b"\x02\0":
        return Package("", "", "", data[4 : 4 + size])  # bare native data: a picture, an equation
    label, at = _text(data, at)
    source, at = _text(data, at)
    at += 8  # two words whose meaning differs between writers, then the length of the path
    path, at = _text(data, at)
    if at + 4 > len(data):
        return None
    (length,) = struct.unpack_from("<I", data, at)
    return Package(label, source, path, data[at + 4 : at + 4 + min(length, len(data))])


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at, at + LONGEST_NAME)
    if end < 0:
        return "", len(data)
    raw = data[at:end]
    try:
        return raw.decode("utf-8"), end + 1
    except UnicodeDecodeError:
        return raw.decode("cp932", "replace"), end + 1
