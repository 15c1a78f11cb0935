"""Finds what a text constant hides: reversed, hexadecimal, base64, exclusive-or, shifted, every second character.

No macro is run to learn the way: the few ways that macros use are all tried, and one counts as right only when
something telling comes out that was not there before.
"""

import re

import numpy as np

from anshin.engine.formats.vba.fold import from_base64

TELLING = re.compile(
    r"https?://[\w.-]{3}|powershell|cmd(?:\.exe)?\s*/[ck]|mshta|wscript\.shell|rundll32|regsvr32|\.shellexecute"
    r"|msxml2\.|winhttp\.|adodb\.stream|scripting\.filesystem|urldownloadtofile|downloadstring|certutil|bitsadmin"
    r"|createobject|frombase64string|invoke-expression|win32_process|shell\.application",
    re.IGNORECASE,
)
_COMMANDS = re.compile(TELLING.pattern.partition("|")[2], re.IGNORECASE)
"""The same without addresses: honest macros keep pictures and pages in base64, and those hold addresses."""
_TELLING_BYTES = (b"http://", b"https://", b"powershell", b"cmd /c", b"cmd.exe", b"wscript.shell", b"mshta")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s,;:_-]?){8,}")
SHORTEST = 16
LONGEST = 200_000
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
        if len(text) < SHORTEST or self._left < 0 or TELLING.search(text):
            return None
        if text.count(" ") * 7 > len(text):  # a sentence hides nothing, but for one that is written backwards
            return (text[::-1], "reversed") if TELLING.search(text[::-1]) else None
        for way, plain in self._ways(text):
            self._left -= len(plain)
            if self._left < 0:
                return None
            if (_COMMANDS if way in {"hex", "base64"} else TELLING).search(plain):
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
        """Try every key of one byte: exclusive-or and addition, on the text and on what its hex digits say."""
        head = text[:4000].encode("latin-1", "replace")
        if _HEX.fullmatch(text[:4000]):
            head = bytes.fromhex(re.sub(rb"[^0-9a-fA-F]", b"", head)[: len(head) // 2 * 2].decode()[: len(head) & ~1])
        elif _wordy(head):
            return None
        self._left -= 510 * len(head)
        if self._left < 0 or len(head) < SHORTEST:
            return None
        raw = np.frombuffer(head, dtype=np.uint8)
        keys = np.arange(1, 256, dtype=np.uint8)[:, None]
        for way, table in (("exclusive-or", raw ^ keys), ("shifted", raw + keys)):
            lower = np.where((table >= 65) & (table <= 90), table | 32, table).tobytes()
            for word in _TELLING_BYTES:
                at = lower.find(word)
                while at >= 0:
                    row = at // len(head)
                    if at + len(word) <= (row + 1) * len(head):
                        return table[row].tobytes().decode("latin-1"), way
                    at = lower.find(word, at + 1)
        return None


def _wordy(head: bytes) -> bool:
    """Whether it reads like a sentence: then no key is hidden in it."""
    return head.count(b" ") * 12 > len(head)


def _strewn(text: str) -> list[str]:
    """Return short pieces that occur suspiciously often: those that a macro removes by `Replace`."""
    found: list[str] = []
    for size in (1, 2, 3, 4):
        pieces = [text[at : at + size] for at in range(min(len(text), 400) - size)]
        counts: dict[str, int] = {}
        for piece in pieces:
            counts[piece] = counts.get(piece, 0) + 1
        best = sorted(counts, key=lambda p: -counts[p])[:2]
        found += [p for p in best if counts[p] * size * 4 > min(len(text), 400)]
    return found
