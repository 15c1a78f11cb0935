"""Edits of scripts that the interpreter does not notice."""

import random
import re
from collections.abc import Callable

from anshin.training.evaluate.evasion.edit import Edit, honest_piece

Kind = str
_COMMENT: dict[Kind, Callable[[str], str]] = {
    "javascript": lambda line: f"// {line}",
    "vbscript": lambda line: f"' {line}",
    "vba": lambda line: f"' {line}",
    "powershell": lambda line: f"# {line}",
    "php": lambda line: f"// {line}",
    "shell": lambda line: f"# {line}",
    "python": lambda line: f"# {line}",
}
_JOIN = {"javascript": "+", "vbscript": " & ", "vba": " & ", "php": ".", "python": "+"}
_STRING = re.compile(r'"([^"\\\n\r]{6,200})"')
_DECLARED = re.compile(r"\b(?:var|let|const|function)\s+([A-Za-z_$][\w$]{2,})")
_VARIABLE = re.compile(r"\$([a-z][a-z0-9]{2,})\b", re.IGNORECASE)
_PROCEDURE_END = re.compile(r"^[ \t]*End (?:Sub|Function|Property)[ \t]*\r?\n", re.MULTILINE | re.IGNORECASE)
_AUTOMATIC = frozenset(
    word
    for line in ("args error home host input null pid profile pwd true", "false this matches psitem env shellid")
    for word in line.split()
)


def edits_for(kind: Kind) -> tuple[Edit, ...]:
    """Return the edits that preserve what a script of this language does."""
    if kind == "vba":  # strings of declarations and attributes may not be parted, and no line may be put before those
        return (
            Edit("comments", lambda d, c, h: _if_text(d, lambda text: comments(kind, text, c, h))),
            Edit("comments between", lambda d, c, h: _if_text(d, lambda text: between(text, c, h))),
        )
    found = [
        Edit("comments", lambda d, c, h: comments(kind, d, c, h)),
        Edit("comments before", lambda d, c, h: banner(kind, d, c, h)),
        Edit("blank lines", lambda d, c, h: blank_lines(kind, d, c, h)),
    ]
    if kind in _JOIN:
        found.append(Edit("split strings", lambda d, c, h: split_strings(kind, d, c, h)))
    if kind in {"javascript", "powershell"}:
        found.append(Edit("new names", lambda d, c, h: rename(kind, d, c, h)))
    return tuple(found)


def _text(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    return data.decode("latin-1")


def _lines(honest: bytes, chance: random.Random, count: int) -> list[str]:
    piece = honest_piece(honest, chance, 80 * count).decode("latin-1")
    words = re.sub(r"[^\x20-\x7e]+|\?>|\*/", " ", piece)
    return [words[at : at + 76] for at in range(0, len(words), 76)][:count]


def banner(kind: Kind, data: bytes, chance: random.Random, honest: bytes) -> bytes | None:
    """Put many comment lines of honest text first, behind a line that must stay the first."""
    text, mark = _text(data), _COMMENT[kind]
    if kind == "php":
        return ("<?php\n" + "\n".join(map(mark, _lines(honest, chance, 200))) + "\n?>" + text).encode(
            "latin-1", "replace"
        )
    first, rest = text.split("\n", 1) if text.startswith("#!") and "\n" in text else ("", text)
    block = "\n".join(map(mark, _lines(honest, chance, 200)))
    return f"{first}\n{block}\n{rest}".lstrip("\n").encode("latin-1", "replace")


def comments(kind: Kind, data: bytes, chance: random.Random, honest: bytes) -> bytes | None:
    """Append comment lines of honest text."""
    text, mark = _text(data), _COMMENT[kind]
    block = "\n".join(map(mark, _lines(honest, chance, 200)))
    if kind == "php":
        return (text + "\n<?php\n" + block + "\n?>").encode("latin-1", "replace")
    return f"{text}\n{block}\n".encode("latin-1", "replace")


def between(data: bytes, chance: random.Random, honest: bytes) -> bytes | None:
    """Put comment lines of honest text behind every procedure of a macro."""
    text = _text(data)
    out = _PROCEDURE_END.sub(lambda m: m[0] + "".join(f"' {line}\n" for line in _lines(honest, chance, 20)), text)
    return out.encode("latin-1", "replace") if out != text else None


def _if_text(data: bytes, edit: Callable[[bytes], bytes | None]) -> bytes | None:
    """Edit a macro that stands alone; inside a document it is compressed, and these edits give no room there."""
    return None if b"\0" in data[:4096] or data.startswith(b"PK") else edit(data)


def blank_lines(_kind: Kind, data: bytes, chance: random.Random, _honest: bytes) -> bytes | None:
    """Double the line ends before lines that begin at the left, which continue nothing."""
    text = _text(data)
    out = re.sub(r"(;[ \t]*\r?\n)(?=[A-Za-z$])", lambda m: m[1] + "\n" * chance.randrange(1, 4), text)
    return out.encode("latin-1", "replace") if out != text else None


def split_strings(kind: Kind, data: bytes, chance: random.Random, _honest: bytes) -> bytes | None:
    """Write "abcdef" as "abc" + "def"."""
    text, join = _text(data), _JOIN[kind]

    def parted(match: re.Match[str]) -> str:
        at = chance.randrange(2, len(match[1]) - 1)
        return f'("{match[1][:at]}"{join}"{match[1][at:]}")'

    out = _STRING.sub(parted, text)
    return out.encode("latin-1", "replace") if out != text else None


def rename(kind: Kind, data: bytes, chance: random.Random, _honest: bytes) -> bytes | None:
    """Give declared names new ones; a name that also stands in a string is left alone."""
    text = _text(data)
    if kind == "powershell":
        names = {m.lower() for m in _VARIABLE.findall(text)} - _AUTOMATIC
        new = {n: f"item{chance.randrange(10**6)}" for n in sorted(names)}
        out = _VARIABLE.sub(lambda m: f"${new.get(m[1].lower(), m[1])}", text)
    else:
        quoted = " ".join(re.findall(r"\"[^\"]*\"|'[^']*'", text))
        names = {n for n in _DECLARED.findall(text) if n not in quoted}
        out = text
        for name in sorted(names)[:200]:
            out = re.sub(rf"(?<![\w$.]){re.escape(name)}(?![\w$])", f"item{chance.randrange(10**6)}", out)
    return out.encode("latin-1", "replace") if out != text else None
