"""File names as text that can be stored, printed and mailed without harm."""

import os
import unicodedata

# Cc control, Cf format (bidi overrides, zero-width), Cs lone surrogates, Co private use, Zl/Zp line and paragraph ends.
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_name(name: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> str:
    r"""Return `name` as text in which nothing is invisible and nothing moves the cursor.

    Bytes that are not UTF-8 become \xNN, control and format characters (newline, bidi override, zero-width) become
    \xNN or \uNNNN. A backslash stays as it is, so the result is for reading and never for opening a file.
    """
    raw = os.fspath(name)
    text = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


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
                return safe_name(raw.decode(encoding))
            except UnicodeDecodeError:
                continue
    return safe_name(raw)
