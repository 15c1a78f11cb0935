"""Operations on constants: what the functions of the languages do to strings, numbers, bytes and lists."""

import base64
import binascii
import codecs
import re
import zlib
from collections.abc import Callable, Sequence
from urllib.parse import unquote_to_bytes

from anshin.engine.formats.script.decode.blobs import unbase64
from anshin.engine.formats.script.decode.piece import Piece
from anshin.engine.formats.script.decode.reveal import as_text, reveal

Value = str | int | float | bytes | list["Value"]
LONGEST = 2 * 1024 * 1024
"""Characters of one value; more is left alone."""


class UnknownError(Exception):
    """The value cannot be told without running the script."""


def text(value: Value) -> str:
    """Return the value as the languages turn it into a string."""
    if isinstance(value, bytes):
        return as_text(value) or value.decode("latin-1")
    if isinstance(value, list):
        return ",".join(text(v) for v in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def number(value: Value) -> int:
    """Return the value as a whole number."""
    if isinstance(value, str):
        match = re.match(r"\s*(-?0[xX][0-9a-fA-F]+|-?&[hH][0-9a-fA-F]+|-?\d+)", value)
        if match is None:
            raise UnknownError
        return int(
            match[1].lower().replace("&h", "0x"), 0 if "x" in match[1].lower() or "h" in match[1].lower() else 10
        )
    if isinstance(value, int | float):
        return int(value)
    raise UnknownError


def raw(value: Value) -> bytes:
    """Return the value as bytes."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, list):
        return bytes(number(v) & 255 for v in value)
    return text(value).encode("latin-1", "replace")


def items(value: Value) -> list[Value]:
    """Return the value as a list."""
    if isinstance(value, list):
        return value
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, str):
        return list(value)
    raise UnknownError


def _arg(args: Sequence[Value], at: int) -> Value:
    if at >= len(args):
        raise UnknownError
    return args[at]


def _char(value: Value) -> str:
    code = number(value)
    if not 0 <= code < 0x110000:
        raise UnknownError
    return chr(code)


def _chars(args: Sequence[Value]) -> Value:
    flat = args[0] if len(args) == 1 and isinstance(args[0], list) else args
    return "".join(_char(v) for v in flat)


def unescape(value: str) -> str:
    """Undo %XX and %uXXXX."""
    value = re.sub(r"%u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), value)
    return re.sub(r"%([0-9a-fA-F]{2})", lambda m: chr(int(m[1], 16)), value)


def _inflate(value: Value) -> Value:
    for piece in reveal(Piece(raw(value), ""), LONGEST):
        if piece.data:
            return piece.data
    try:
        return zlib.decompressobj(-15).decompress(raw(value), LONGEST)
    except zlib.error:
        raise UnknownError from None


def _base64(value: Value) -> Value:
    data = unbase64(re.sub(r"[^A-Za-z0-9+/]", "", text(value)))
    if not data:
        raise UnknownError
    return data


def _unhex(value: Value) -> Value:
    try:
        return bytes.fromhex(text(value))
    except ValueError:
        raise UnknownError from None


def _reverse(value: Value) -> Value:
    return (
        list(reversed(value)) if isinstance(value, list) else value[::-1] if isinstance(value, str | bytes) else value
    )


def _join(values: Value, glue: Value) -> Value:
    parts = [text(v) for v in items(values)]
    return text(glue).join(parts)


def _split(value: Value, by: Value) -> Value:
    sep, whole = text(by), text(value)
    return list(whole.split(sep)) if sep else list(whole)


def _slice(value: Value, start: int, end: int | None) -> Value:
    if not isinstance(value, str | list | bytes):
        raise UnknownError
    return value[start:end]


def _substr(args: Sequence[Value]) -> Value:
    value, start = _arg(args, 0), number(_arg(args, 1))
    whole = items(value) if isinstance(value, list) else text(value)
    start = max(0, len(whole) + start) if start < 0 else start
    length = number(args[2]) if len(args) > 2 else len(whole)
    end = start + length if length >= 0 else len(whole) + length
    return whole[start:end]


def _substring(args: Sequence[Value]) -> Value:
    value = text(_arg(args, 0))
    ends = sorted(max(0, number(v)) for v in args[1:3])
    return value[ends[0] :] if len(ends) == 1 else value[ends[0] : ends[1]]


def _mid(args: Sequence[Value]) -> Value:
    start = number(_arg(args, 1)) - 1
    if start < 0:
        raise UnknownError
    value = text(_arg(args, 0))
    return value[start : start + number(args[2])] if len(args) > 2 else value[start:]


def _replaceall(args: Sequence[Value]) -> Value:
    old = text(_arg(args, 1))
    new = text(args[2]) if len(args) > 2 else ""
    return text(args[0]).replace(old, new) if old else text(args[0])


def _replace_js(args: Sequence[Value]) -> Value:
    old, new = text(_arg(args, 1)), text(_arg(args, 2))
    match = re.fullmatch(r"/((?:[\w\s@#%&!~<>;:,='\"-]|\\[^\w\s])+)/([gimsuy]*)", old)
    if match:  # a pattern without signs of its own
        return text(args[0]).replace(re.sub(r"\\(.)", r"\1", match[1]), new, -1 if "g" in match[2] else 1)
    if old.startswith("/") and len(old) > 1:
        raise UnknownError
    return text(args[0]).replace(old, new, 1)


def _codec(value: Value, name: Value) -> Value:
    wanted = text(name).lower().replace("_", "").replace("-", "")
    if wanted in {"rot13", "rot"}:
        return codecs.decode(text(value), "rot13")
    if wanted in {"hex", "hexcodec"}:
        return _unhex(value)
    if wanted in {"base64", "base64codec"}:
        return _base64(value)
    if wanted in {"zlib", "zip", "zlibcodec"}:
        return _inflate(value)
    return text(value)


def _toint(args: Sequence[Value]) -> Value:
    value = _arg(args, 0)
    base = number(args[1]) if len(args) > 1 else 10
    if isinstance(value, str) and base in {2, 8, 16}:
        try:
            return int(value.strip(), base)
        except ValueError:
            raise UnknownError from None
    return number(value)


def _tostring(args: Sequence[Value]) -> Value:
    value = _arg(args, 0)
    if len(args) > 1 and isinstance(value, int) and args[1] in {16, 36, 2, 8}:
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"
        base, out, left = number(args[1]), "", abs(value)
        while left:
            out, left = digits[left % base] + out, left // base
        return out or "0"
    return text(value)


def _pack(args: Sequence[Value]) -> Value:
    if text(_arg(args, 0)).upper().startswith("H"):
        return _unhex(_arg(args, 1))
    raise UnknownError


def _repeat(value: Value, times: Value) -> Value:
    count = number(times)
    if count < 0 or count * max(1, len(text(value))) > LONGEST:
        raise UnknownError
    return text(value) * count


def _encoded(how: Callable[[bytes], bytes]) -> Callable[[Sequence[Value]], Value]:
    def decoded(args: Sequence[Value]) -> Value:
        try:
            return how(raw(_arg(args, 0)))
        except (ValueError, binascii.Error):
            raise UnknownError from None

    return decoded


def _concat(args: Sequence[Value]) -> Value:
    if any(isinstance(a, list) for a in args):
        return [v for a in args for v in (a if isinstance(a, list) else [a])]
    return "".join(text(a) for a in args)


def _charcode(args: Sequence[Value]) -> Value:
    value, at = text(_arg(args, 0)), number(args[1]) if len(args) > 1 else 0
    if not 0 <= at < len(value):
        raise UnknownError
    return ord(value[at])


def _charat(args: Sequence[Value]) -> Value:
    at = number(args[1]) if len(args) > 1 else 0
    return index(_arg(args, 0), at)


def index(value: Value, at: int) -> Value:
    """Return one character or one entry."""
    if not isinstance(value, str | list | bytes) or not -len(value) <= at < len(value):
        raise UnknownError
    return value[at]


def _buffer(args: Sequence[Value]) -> Value:
    how = text(args[1]).lower() if len(args) > 1 else ""
    value = _arg(args, 0)
    if isinstance(value, list):
        return raw(value)
    return _base64(value) if how == "base64" else _unhex(value) if how == "hex" else text(value)


def _insert(args: Sequence[Value]) -> Value:
    value, at = text(args[0]), number(_arg(args, 1))
    return value[:at] + text(_arg(args, 2)) + value[at:]


def _remove(args: Sequence[Value]) -> Value:
    value, at = text(args[0]), number(_arg(args, 1))
    return value[:at] + (value[at + number(args[2]) :] if len(args) > 2 else "")


def _none(_: Sequence[Value]) -> Value:
    raise UnknownError


OPERATIONS: dict[str, Callable[[Sequence[Value]], Value]] = {
    "ascii85": _encoded(base64.a85decode),
    "base32": _encoded(base64.b32decode),
    "base64": lambda a: _base64(_arg(a, 0)),
    "base64_second": lambda a: _base64(_arg(a, 1)),
    "base64url": lambda a: _base64(text(_arg(a, 0)).replace("-", "+").replace("_", "/")),
    "base85": _encoded(base64.b85decode),
    "buffer": _buffer,
    "bytes": lambda a: raw(_arg(a, 0)),
    "charat": _charat,
    "chararray": lambda a: list(text(_arg(a, 0))),
    "charcode": _charcode,
    "chars": _chars,
    "chr": lambda a: _char(_arg(a, 0)),
    "concat": _concat,
    "decode": lambda a: _codec(a[0], a[1]) if len(a) > 1 else text(a[0]),
    "decode_codec": lambda a: _codec(_arg(a, 0), _arg(a, 1)),
    "first": lambda a: _arg(a, 0),
    "hex": lambda a: f"{number(_arg(a, 0)):X}",
    "inflate": lambda a: _inflate(_arg(a, 0)),
    "inflate_second": lambda a: _inflate(_arg(a, 1)),
    "insert": _insert,
    "join": lambda a: _join(_arg(a, 0), a[1] if len(a) > 1 else ","),
    "join_first": lambda a: _join(_arg(a, 1), a[0]) if len(a) == 2 else _join(list(a[1:]), a[0]),
    "join_into": lambda a: _join(_arg(a, 1), a[0]),
    "left": lambda a: text(_arg(a, 0))[: max(0, number(_arg(a, 1)))],
    "length": lambda a: len(a[0]) if isinstance(a[0], str | list | bytes) else 0,
    "list": list,
    "lower": lambda a: text(_arg(a, 0)).lower(),
    "mid": _mid,
    "none": _none,
    "pack": _pack,
    "remove": _remove,
    "repeat": lambda a: _repeat(_arg(a, 0), _arg(a, 1)),
    "replace": _replace_js,
    "replace_first": lambda a: _replaceall((_arg(a, 2), _arg(a, 0), a[1])),
    "replaceall": _replaceall,
    "reverse": lambda a: _reverse(_arg(a, 0)),
    "right": lambda a: text(_arg(a, 0))[-number(_arg(a, 1)) :] if number(_arg(a, 1)) > 0 else "",
    "rot13": lambda a: codecs.decode(text(_arg(a, 0)), "rot13"),
    "same": lambda a: _arg(a, 0),
    "second": lambda a: _arg(a, 1),
    "slice": lambda a: _slice(_arg(a, 0), number(a[1]) if len(a) > 1 else 0, number(a[2]) if len(a) > 2 else None),
    "space": lambda a: _repeat(" ", _arg(a, 0)),
    "split": lambda a: _split(_arg(a, 0), _arg(a, 1)),
    "split_first": lambda a: _split(_arg(a, 1), a[0]),
    "split_vb": lambda a: _split(_arg(a, 0), a[1] if len(a) > 1 else " "),
    "string_vb": lambda a: _repeat(text(_arg(a, 1))[:1], a[0]),
    "substr": _substr,
    "substring": _substring,
    "toint": _toint,
    "tostring": _tostring,
    "totext": lambda a: as_text(raw(a[-1])) or text(a[-1]),
    "trim": lambda a: text(_arg(a, 0)).strip(),
    "unescape": lambda a: unescape(text(_arg(a, 0))),
    "unescape_c": lambda a: unescape(text(_arg(a, 0))),
    "unhex": lambda a: _unhex(_arg(a, 0)),
    "unhex_second": lambda a: _unhex(_arg(a, 1)),
    "upper": lambda a: text(_arg(a, 0)).upper(),
    "urldecode": lambda a: unquote_to_bytes(text(_arg(a, 0))).decode("utf-8", "replace"),
    "uudecode": _none,
}


def operate(name: str, args: Sequence[Value]) -> Value:
    """Do operation `name`. Raises `UnknownError` where its arguments do not allow it, or the result grows too long."""
    try:
        value = OPERATIONS[name](args)
    except (IndexError, ValueError, TypeError, KeyError, OverflowError):
        raise UnknownError from None
    if isinstance(value, str | bytes | list) and len(value) > LONGEST:
        raise UnknownError
    return value
