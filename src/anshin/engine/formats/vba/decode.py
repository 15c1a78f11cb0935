"""Finds what a text constant hides: reversed, hexadecimal, base64, exclusive-or, shifted, every second character.

No macro is run to learn the way: the few ways that macros use are all tried, and one counts as right only when
something telling comes out that was not there before.
"""

import re
from functools import cache

import numpy as np

from anshin.engine.formats.vba.fold import from_base64

_COMMANDS = (
    r"powershell|cmd(?:\.exe)?\s*/[ck]|mshta|wscript\.shell|rundll32|regsvr32|\.shellexecute"
    r"|msxml2\.|winhttp\.|adodb\.stream|scripting\.filesystem|urldownloadtofile|downloadstring|certutil|bitsadmin"
    r"|createobject|frombase64string|invoke-expression|win32_process|shell\.application"
)
_PARTS = (
    "powershell",
    "cmd",
    "mshta",
    "shell",
    "rundll32",
    "regsvr32",
    "msxml2.",
    "winhttp.",
    "adodb.stream",
    "filesystem",
    "urldownload",
    "downloadstring",
    "certutil",
    "bitsadmin",
    "createobject",
    "frombase64",
    "invoke-expr",
    "win32_process",
)
"""One of these stands in every text that the patterns find; looking for them is many times faster."""
_PATTERNS = {True: re.compile(rf"https?://[\w.-]{{3}}|{_COMMANDS}"), False: re.compile(_COMMANDS)}


def telling(text: str, *, addresses: bool = True) -> str:
    """Return the first command or, with `addresses`, address in `text`, in lower case; nothing where there is none."""
    lower = text.lower()
    if not any(part in lower for part in _PARTS) and not (addresses and "http" in lower):
        return ""
    match = _PATTERNS[addresses].search(lower)
    return match[0] if match else ""


_TELLING_BYTES = (
    b"http://",
    b"https://",
    b"powershell",
    b"PowerShell",
    b"cmd /c",
    b"cmd.exe",
    b"wscript.shell",
    b"WScript.Shell",
    b"mshta",
    b"CreateObject",
    b"Adodb.Stream",
    b"ADODB.Stream",
    b"MSXML2.",
    b"rundll32",
)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s,;:_-]?){8,}")
_BACKWARDS = ("//:ptth", "//:sptth", "llehs", "dmc", "athsm", "tcejbo", "23lldnur", "litutrec", "nimdastib")
SHORTEST = 16
LONGEST = 200_000
SAMPLE = 160
"""Characters in which a strewn piece must already stand out."""
MAX_WORK = 1_500_000
"""Bytes that may be transformed per file: some milliseconds."""


class Decoder:
    """Tries the ways; its work is bounded over all texts of one file."""

    def __init__(self) -> None:
        """Start with all work left."""
        self._left = MAX_WORK

    def decode(self, text: str) -> tuple[str, str] | None:
        """Return (plain text, way), or None where no way leads to something telling."""
        text = text[:LONGEST]
        if len(text) < SHORTEST or self._left < 0 or telling(text):
            return None
        if text.count(" ") * 7 > len(text):  # a sentence hides nothing, but for one that is written backwards
            backwards = any(word in text.lower() for word in _BACKWARDS)
            return (text[::-1], "reversed") if backwards and telling(text[::-1]) else None
        for way, plain in self._ways(text):
            self._left -= len(plain)
            if self._left < 0:
                return None
            # honest macros keep pictures and pages in base64, and those hold addresses
            if telling(plain, addresses=way not in {"hex", "base64"}):
                return plain, way
        return self._by_key(text)

    def _ways(self, text: str) -> list[tuple[str, str]]:
        found = [("reversed", text[::-1])]
        if _HEX.fullmatch(text):
            plain = bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", text)[: len(text) // 2 * 2 & ~1]).decode("latin-1")
            found += [("hex", plain), ("hex, reversed", plain[::-1])]
        plain64 = from_base64(text) or from_base64(text[::-1])
        if plain64:
            found += [("base64", plain64.replace("\0", "")), ("base64, reversed", plain64[::-1])]
        if " " not in text[:40]:
            for step in (2, 3, 4):
                found += [(f"every {step}", text[start::step]) for start in range(step)]
        # a letter or a word strewn into the text to break it up
        if len(text) < 20_000:
            for mark in _strewn(text):
                found.append(("strewn", text.replace(mark, "")))
        return found

    def _by_key(self, text: str) -> tuple[str, str] | None:
        """Find every key of one byte, by exclusive-or and by addition, in the text and in what its hex digits say.

        No key has to be tried: how neighbouring bytes differ is the same before and after, so the differences within
        a telling word are looked for.
        """
        raw = np.frombuffer(text.encode("latin-1", "replace"), dtype=np.uint8)
        if _HEX.fullmatch(text[:4000]):
            digits = re.sub(r"[^0-9a-fA-F]", "", text)
            raw = np.frombuffer(bytes.fromhex(digits[: len(digits) & ~1]), dtype=np.uint8)
        self._left -= 4 * len(raw)
        if self._left < 0 or len(raw) < SHORTEST:
            return None
        for way, differences in (("exclusive-or", raw[1:] ^ raw[:-1]), ("shifted", raw[1:] - raw[:-1])):
            steps = differences.tobytes()
            for first, pattern in _patterns(way):
                at = steps.find(pattern)
                if at < 0:
                    continue
                key = np.uint8(raw[at] ^ first) if way == "exclusive-or" else np.uint8((int(raw[at]) - first) & 0xFF)
                plain = (raw ^ key if way == "exclusive-or" else raw - key).tobytes().decode("latin-1")
                if key and telling(plain):
                    return plain, way
        return None


@cache
def _patterns(way: str) -> list[tuple[int, bytes]]:
    """Return (first byte, differences) of every telling word."""
    found = []
    for word in _TELLING_BYTES:
        raw = np.frombuffer(word, dtype=np.uint8)
        differences = raw[1:] ^ raw[:-1] if way == "exclusive-or" else raw[1:] - raw[:-1]
        found.append((int(raw[0]), differences.tobytes()))
    return found


def _strewn(text: str) -> list[str]:
    """Return short pieces that occur suspiciously often: those that a macro removes by `Replace`."""
    found: list[str] = []
    for size in (1, 2, 3, 4):
        pieces = [text[at : at + size] for at in range(min(len(text), 400) - size)]
        counts: dict[str, int] = {}
        for piece in pieces:
            counts[piece] = counts.get(piece, 0) + 1
        best = sorted(counts, key=lambda p: -counts[p])[:2]
        found += [p for p in best if counts[p] * size * 4 > min(len(text), SAMPLE)]
    return found
