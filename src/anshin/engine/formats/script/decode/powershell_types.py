"""What PowerShell alone has: casts between types, the format operator, replacing."""

import re

from anshin.engine.formats.script.decode.values import UnknownError, Value, items, number, operate, text


def replace(left: Value, right: Value) -> Value:
    """`left -replace (old, new)`; patterns are taken as plain text."""
    pair = [text(v) for v in items(right)] if isinstance(right, list) else [text(right), ""]
    old = re.sub(r"\\(.)", r"\1", pair[0])
    return operate("replaceall", (text(left), old, pair[1] if len(pair) > 1 else ""))


def format_string(pattern: str, values: list[Value]) -> Value:
    """`pattern -f values`."""

    def one(match: re.Match[str]) -> str:
        at = int(match[1])
        if at >= len(values):
            raise UnknownError
        return text(values[at])

    return re.sub(r"\{(\d{1,4})(?:[^{}]*)\}", one, pattern)


def cast(kind: str, value: Value) -> Value:
    """`[kind] value`."""
    if kind in {"char", "char[]"}:
        if isinstance(value, list):
            return [
                operate("chr", (v,)) if not isinstance(v, str) or (v.isdigit() and len(v) > 1) else v for v in value
            ]
        if isinstance(value, str):
            return list(value) if kind == "char[]" else value
        return operate("chr", (value,))
    if kind in {"string", "string[]"}:
        return "".join(text(v) for v in value) if isinstance(value, list) else text(value)
    if kind in {"int", "int32", "byte", "int64", "int16", "uint32"}:
        return ord(value) if isinstance(value, str) and len(value) == 1 and not value.isdigit() else number(value)
    if kind == "byte[]":
        return bytes(number(v) & 255 for v in items(value)) if not isinstance(value, bytes) else value
    if kind in {"scriptblock", "array", "object[]", "io.memorystream"}:
        return value
    raise UnknownError
