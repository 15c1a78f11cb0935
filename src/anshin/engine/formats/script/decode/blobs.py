"""Long runs of base64, hex, escapes and character codes: decoded wherever they stand, whatever decodes them later."""

import base64
import binascii
import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from anshin.engine.budget import Budget
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.decode.reveal import as_text
from anshin.engine.formats.script.source import Source

LONG = 40
RUNS = 256
BYTES = 8 * 1024 * 1024
# Each begins with a set of characters and looks back only then: the engine of `re` skips to a set without a step each.
_BASE64 = re.compile(
    r"[A-Za-z0-9+/=](?<![A-Za-z0-9+/=].)(?:(?<==)=?[A-Za-z0-9+/]{40,}|(?<!=)[A-Za-z0-9+/]{39,})(?:\s*[\r\n]\s*[A-Za-z0-9+/]{24,})*(?:\s*[\r\n]\s*[A-Za-z0-9+/]{1,76}=*(?=[\s\"'@]))?={0,2}"
)
_HEX = re.compile(
    r"[0-9a-fA-F](?<![A-Za-z0-9+/].)(?:(?<=0)x(?:[0-9a-fA-F]{2}){24,}|[0-9a-fA-F](?:[0-9a-fA-F]{2}){23,})"
    r"(?![A-Za-z0-9+/])"
)
_ESCAPED = tuple(
    re.compile(pattern)
    for pattern in (
        r"\\x[0-9a-fA-F]{2}(?:\\x[0-9a-fA-F]{2}){11,}",
        r"\\u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4}){11,}",
        r"%u[0-9a-fA-F]{4}(?:%u[0-9a-fA-F]{4}){7,}",
        r"%[0-9a-fA-F]{2}(?:%[0-9a-fA-F]{2}){11,}",
        r"\\[0-3][0-7]{2}(?:\\[0-3][0-7]{2}){11,}",
    )
)
_EIGHT_ESCAPES = re.compile(r"[\\%](?:[^\\%]{2,5}[\\%]){7}")
"""What each of these begins with."""
_PRINTABLE_ESCAPE = re.compile(r"(\\(?:x[2-7][0-9a-fA-F]|u00[2-7][0-9a-fA-F]|u\{[2-7][0-9a-fA-F]\}))")
_ESCAPED_SIGN = {
    form % (high + low): chr(int(high + low, 16))
    for form in ("\\x%s", "\\u00%s", "\\u{%s}")
    for high in "234567"
    for low in "0123456789abcdefABCDEF"
}
MANY_ESCAPES = 16
_NUMBERS = re.compile(
    r"\d(?<![\w.].)(?:(?<=0)x[0-9a-fA-F]{1,2}|\d{0,4})[^\w\"'(){}\[\]\\]{1,4}"
    r"(?:(?:0x[0-9a-fA-F]{1,2}|\d{1,5})[^\w\"'(){}\[\]\\]{1,4}){21,}(?:0x[0-9a-fA-F]{1,2}|\d{1,5})\b"
)
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,2}|\d{1,5}")
NUMBER_WORDS = frozenset(
    {
        "fromcharcode",
        "chr",
        "chrw",
        "chrb",
        "char",
        "bytes",
        "bytearray",
        "byte",
        "bxor",
        "xor",
        "charcodeat",
        "toint32",
        "split",
        "tobyte",
    }
)
SURE_NUMBER_WORDS = frozenset({"fromcharcode", "chr", "chrw", "bxor", "bytearray", "toint32"})
_GOOD = 0.98
"""More than this share of the codes must be printable."""
LARGE = 64 * 1024
_HEX_DIGITS = frozenset("0123456789abcdef")
_TELLING = (
    b"http",
    b"powershell",
    b"wscript",
    b"createobject",
    b"cmd",
    b"function",
    b"import ",
    b"eval",
    b"execute",
    b"invoke",
    b"document.",
    b"this program",
    b"new-object",
    b"var ",
    b"$",
)
_LOWER = np.frombuffer(bytes(range(256)).lower(), dtype=np.uint8)
_BEGINNINGS = np.zeros(1 << 16, dtype=np.bool_)
_BEGINNINGS[[word[0] << 8 | word[1] for word in _TELLING if len(word) > 1]] = True


def blobs(source: Source, budget: Budget) -> Iterator[Piece]:
    """Yield what long runs decode to."""
    if source.long_words:
        yield from _base64(source, budget)
    if any(len(word) >= 48 and _HEX_DIGITS.issuperset(word.removeprefix("0x")) for word in source.long_words):
        yield from _hex(source, budget)
    if "\\" in source.text or "%" in source.text:
        yield from _escapes(source, budget)
    if source.words & (NUMBER_WORDS if len(source.text) <= LARGE else SURE_NUMBER_WORDS):
        yield from _numbers(source, budget)


def _signs(allowed: re.Pattern[str]) -> bytes:
    """Return a table that turns what may stand in a run into 1, and everything else into 0."""
    return bytes(c < 128 and allowed.fullmatch(chr(c)) is not None for c in range(256))


_BASE64_SIGNS = _signs(re.compile(r"[A-Za-z0-9+/]"))
_NUMBER_SIGNS = _signs(re.compile(r"[\da-fA-FxX]|[^\w\"'(){}\[\]\\]"))


def _found(pattern: re.Pattern[str], source: Source, signs: bytes, least: int) -> Iterator[re.Match[str]]:
    """Yield what `pattern.finditer` would, for a pattern that needs at least so many of these signs in a row.

    It may begin up to two characters before them and go on behind them. A search for a run of equal bytes looks at
    every 40th byte of ordinary text, where the expression has to look at all of them.
    """
    text, flat, run = source.text, source.ascii.translate(signs), b"\1" * least
    at, end = flat.find(run), 0
    while at >= 0:
        stop = flat.find(b"\0", at)
        stop = len(text) if stop < 0 else stop
        begun = pattern.search(text, max(end, at - 2), min(len(text), stop + 1))
        match = None if begun is None else pattern.match(text, begun.start())
        if match is not None:
            yield match
            end = match.end()
        else:
            end = stop
        at = flat.find(run, end)


def _base64(source: Source, budget: Budget) -> Iterator[Piece]:
    left, count = BYTES, 0
    for match in _found(_BASE64, source, _BASE64_SIGNS, 40):
        budget.check_time()
        count, left = count + 1, left - len(match[0])
        if count > RUNS or left < 0:
            return
        run = "".join(match[0].split())
        if not run.startswith("="):
            data = unbase64(run)
            if data:
                yield Piece(data, "base64", match.start())
        if run.startswith("=") or len(run) >= 64:
            data = unbase64(run[::-1])
            if data and (as_text(data) or data[:2] in {b"\x1f\x8b", b"x\x9c", b"x\xda", b"MZ"}):
                yield Piece(data, "reverse > base64", match.start())


def unbase64(run: str) -> bytes:
    """Decode base64 with wrong or missing padding; empty where it is none."""
    run = run.rstrip("=")
    if len(run) % 4 == 1:
        run = run[:-1]
    try:
        return base64.b64decode(run + "=" * (-len(run) % 4))
    except (binascii.Error, ValueError):
        return b""


def _hex(source: Source, budget: Budget) -> Iterator[Piece]:
    for count, match in enumerate(_HEX.finditer(source.text)):
        budget.check_time()
        if count >= RUNS:
            return
        digits = match[0].removeprefix("0x")
        yield Piece(bytes.fromhex(digits[: len(digits) // 2 * 2]), "hex", match.start())


def _escapes(source: Source, budget: Budget) -> Iterator[Piece]:
    text = source.text
    for pattern in _ESCAPED if _EIGHT_ESCAPES.search(text) else ():
        for count, match in enumerate(pattern.finditer(text)):
            budget.check_time()
            if count >= RUNS:
                return
            yield Piece(_unescaped(match[0]), "escapes", match.start())
    if text.count("\\") >= MANY_ESCAPES:
        parts = _PRINTABLE_ESCAPE.split(text)
        if len(parts) // 2 >= MANY_ESCAPES:
            parts[1::2] = map(_ESCAPED_SIGN.__getitem__, parts[1::2])
            yield Piece("".join(parts), "escapes", rewritten=True)


def _unescaped(run: str) -> bytes:
    if run.startswith("\\x"):
        return bytes.fromhex(run.replace("\\x", ""))
    if run.startswith("%u"):  # UTF-16 in the order of memory
        return b"".join(int(part, 16).to_bytes(2, "little") for part in run.split("%u")[1:])
    if run.startswith("%"):
        return bytes.fromhex(run.replace("%", ""))
    if run.startswith("\\u"):
        return "".join(chr(int(part, 16)) for part in run.split("\\u")[1:]).encode("utf-8", "replace")
    return bytes(int(part, 8) & 255 for part in run.split("\\")[1:])


def _numbers(source: Source, budget: Budget) -> Iterator[Piece]:
    for count, match in enumerate(_found(_NUMBERS, source, _NUMBER_SIGNS, 45)):
        budget.check_time()
        if count >= RUNS:
            return
        numbers = [int(n, 16) if n[:2] in {"0x", "0X"} else int(n) for n in _NUMBER.findall(match[0])]
        yield from keyed(np.asarray(numbers, dtype=np.int64), "character codes", match.start())


def keyed(codes: npt.NDArray[np.int64], how: str, offset: int) -> Iterator[Piece]:
    """Yield codes as text or file: as they are, or after one number is added to, or XORed with, each of them.

    A loop that undoes such a shift is not run; the few hundred possible keys are tried instead.
    """
    if not len(codes):
        return
    if codes.max() <= 255:
        plain = codes.astype(np.uint8).tobytes()
        yield Piece(plain, how, offset)
        if _tells(plain[:4096]):
            return
    head = codes[:256]
    most = {"xor": _most_xored(head), "shift": _most_shifted(head)}
    for name, keys, moved in (
        ("xor", np.arange(1, 256), np.bitwise_xor),
        ("shift", np.arange(-int(head.max()), 256), np.add),
    ):
        if most[name] / len(head) <= _GOOD:
            continue  # no key makes text of it: the numbers of a drawing, not of characters
        grid = moved(head[None, :], keys[:, None])
        good = ((grid >= 32) & (grid < 127) | (grid == 10) | (grid == 13) | (grid == 9)).mean(axis=1) > _GOOD
        tried = keys[good][:64]
        # most keys are wrong: the beginning tells, under all keys at once, before the whole is moved
        grid = (moved(codes[None, :4096], tried[:, None]) & 255).astype(np.uint8)
        for row in np.flatnonzero(_may_tell(grid)):
            if _tells(grid[row].tobytes()):
                data = (moved(codes, tried[row]) & 255).astype(np.uint8).tobytes()
                yield Piece(data, f"{how} > {name}", offset)
                return
    key = int(codes[0]) ^ 0x4D
    if len(codes) > 256 and int(codes[1]) ^ key == 0x5A and 0 < key < 256:
        data = ((codes ^ key) & 255).astype(np.uint8).tobytes()
        if b"This program" in data[:512] or b"PE\0\0" in data[:1024]:
            yield Piece(data, f"{how} > xor", offset)


def _most_xored(codes: npt.NDArray[np.int64]) -> int:
    """Return how many codes one key can turn into ASCII at most: those that agree in the highest bit of the byte."""
    return int(max(((codes >> 7) == 0).sum(), ((codes >> 7) == 1).sum()))


def _most_shifted(codes: npt.NDArray[np.int64]) -> int:
    """Return how many codes can become a tab to a tilde at most when one number is added to all."""
    ordered = np.sort(codes)
    return int((np.searchsorted(ordered, ordered + (126 - 9), side="right") - np.arange(len(ordered))).max())


def _may_tell(rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return which rows have the first two letters of a telling word somewhere; two words cannot both be the `$`."""
    lower = _LOWER[rows]
    hits: npt.NDArray[np.bool_] = _BEGINNINGS[lower[:, :-1].astype(np.uint16) << 8 | lower[:, 1:]].any(axis=1)
    return hits


def _tells(data: bytes) -> bool:
    lower = data.lower()
    found = 0
    for word in _TELLING:  # asked for millions of wrong keys: no generator
        if word in lower:
            found += 1
            if found == 2:
                return True
    return False
