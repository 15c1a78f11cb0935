"""File names as text that can be stored, printed and mailed without harm."""

import os
import re
import unicodedata

# Cc control, Cf format (bidi overrides, zero-width), Cs lone surrogates, Co private use, Zl/Zp line and paragraph ends.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

LONGEST_MEMBER = 500
"""Characters of a member's name that are kept. A ZIP takes 65,535 bytes for one name, and thousands of names."""

_SEPARATOR = re.compile(r"/|\\(?!x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})")


def safe_name(name: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> str:
    r"""Return `name` as text in which nothing is invisible and nothing moves the cursor.

    Bytes that are not UTF-8 become \xNN, control and format characters (newline, bidi override, zero-width) become
    \xNN or \uNNNN. A backslash stays as it is, so the result is for reading and never for opening a file.
    """
    raw = os.fspath(name)
    text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_VISIBLE)


def base_name(name: str) -> str:
    """Return the last part of a safe name; a backslash that begins an escape does not part folders."""
    return _SEPARATOR.split(name)[-1]


def shortened(text: str, longest: int = LONGEST_MEMBER) -> str:
    """Return safe text of at most `longest` characters; the far end is kept, because that is where the suffix is."""
    return text if len(text) <= longest else "…" + text[1 - longest :]


def _visible(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # surrogateescape: one byte that was not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(char) not in _UNSAFE:
        return char
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def member_name(raw: bytes, *, utf8: bool = False) -> str:
    """Decode the name of an archive member; Japanese Windows writes ZIP names in code page 932 without saying so."""
    if not utf8 and not raw.isascii():
        for encoding in ("utf-8", "cp932"):
            try:
                text = raw.decode(encoding)
            except UnicodeDecodeError:
                continue
            if not any("\ue000" <= c <= "\uf8ff" for c in text):  # private use: code page 932 takes nearly any byte
                return safe_name(text)
    return safe_name(raw)


class _Visible(dict[int, str]):
    """What stands for each character, worked out once: an archive may bring millions of characters of names."""

    def __missing__(self, code: int) -> str:
        """Keep what is asked for; there are 1,114,112 characters, so it cannot grow for ever."""
        shown = self[code] = _visible(chr(code))
        return shown


_VISIBLE = _Visible()
