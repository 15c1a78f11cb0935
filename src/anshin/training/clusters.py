"""Near-duplicates: what is left of a file when the parts that every copy changes are taken away.

A random split of copies of one template tests memory and nothing else; so a whole cluster stands on one side.
"""

import hashlib
import re

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|<#.*?#>|(?m:^[^\S\n]*(?:#|'|rem\b)[^\n]*$)", re.DOTALL | re.IGNORECASE)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`")
_NUMBER = re.compile(r"\b0x[0-9a-f]+\b|\b\d[\d.]*\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_SPACE = re.compile(r"\s+")
_REPEAT = re.compile(r"((?:.){1,12}?)\1{2,}")
_STREAM = re.compile(rb"stream\r?\n.*?endstream", re.DOTALL)
_DIGITS = re.compile(rb"\d+")
_HEX = re.compile(rb"<[0-9A-Fa-f\s]{8,2000}>|\([^()\\\r\n]{0,500}\)")  # bounded: an open bracket may never close
LONGEST = 256 * 1024


def script_structure(text: str) -> str:
    """Return a hash of a script without comments, strings, numbers and names, and with repetitions folded."""
    text = _COMMENT.sub("", text[:LONGEST])
    text = _STRING.sub('"', text)
    text = _NUMBER.sub("0", text)
    text = _NAME.sub("a", text)
    text = _SPACE.sub("", text)
    return _short(_REPEAT.sub(r"\1\1", text).encode("utf-8", "replace"))


def pdf_structure(data: bytes) -> str:
    """Return a hash of a PDF without the bodies of its streams, its numbers and its strings."""
    bare = _STREAM.sub(b"stream", data[: 8 * LONGEST])
    bare = _HEX.sub(b"()", bare)
    return _short(re.sub(rb"\s+", b" ", _DIGITS.sub(b"0", bare)))


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:24]
