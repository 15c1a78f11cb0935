"""Tokens of a language by its one expression in `grammar.yaml`, and what its string literals say."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from anshin.engine.wording import load_data

GRAMMAR = "formats/script/decode/grammar.yaml"
_C_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|([0-7]{1,3})|(\r\n|.))", re.DOTALL
)
_C = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "e": "\x1b"}
_PS_ESCAPE = re.compile(r"`(.)", re.DOTALL)
_PS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "a": "\a", "f": "\f", "v": "\v", "\n": ""}


@dataclass(frozen=True)
class Grammar:
    """One language; see `grammar.yaml`."""

    name: str
    tokens: re.Pattern[str]
    trigger: re.Pattern[str]
    hints: frozenset[str]
    joins: tuple[str, ...]
    quotes: dict[str, str]
    concat: frozenset[str]
    assign: tuple[str, ...]
    functions: dict[str, str]
    methods: dict[str, str]
    statics: dict[str, str]
    sinks: frozenset[str]
    variables: dict[str, str]
    clean: tuple[tuple[re.Pattern[str], str], ...]
    folds_case: bool
    lines: bool  # whether the end of a line ends an expression


@cache
def grammar(language: str) -> Grammar | None:
    """Return what is known of a language, or None."""
    data: dict[str, Any] | None = load_data(GRAMMAR).get("powershell" if language == "command" else language)
    if data is None:
        return None
    return Grammar(
        name=language,
        tokens=re.compile(data["tokens"], re.DOTALL),
        trigger=re.compile(data["trigger"], re.IGNORECASE),
        hints=frozenset(map(str, data["hints"])),
        joins=tuple(f"{q}{gap}{sign}{gap}{q}" for sign in data["concat"] for q in "\"'" for gap in ("", " ")),
        quotes=data["quotes"],
        concat=frozenset(data["concat"]),
        assign=tuple(data["assign"]),
        functions=data["functions"],
        methods=data["methods"],
        statics=data.get("statics", {}),
        sinks=frozenset(data["sinks"]),
        variables=data.get("variables", {}),
        clean=tuple((re.compile(old, re.IGNORECASE), new) for old, new in data["clean"]),
        folds_case=language not in {"javascript", "python", "php"},
        lines="(?P<l>" in data["tokens"],
    )


@dataclass(slots=True)
class Tokens:
    """Parallel lists: kind, text, start and end of each token, comments and space left out."""

    kinds: list[str]
    texts: list[str]
    starts: list[int]
    ends: list[int]


def lex(text: str, rules: Grammar, most: int) -> Tokens:
    """Return the first `most` tokens."""
    kinds: list[str] = []
    texts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in rules.tokens.finditer(text):
        kind = match.lastgroup or "o"
        if kind == "x":
            continue
        kinds.append(kind)
        texts.append(match[0])
        starts.append(match.start())
        ends.append(match.end())
        if len(kinds) >= most:
            break
    return Tokens(kinds, texts, starts, ends)


def literal(token: str, rules: Grammar) -> str | bytes:
    """Return what a string literal says."""
    body, prefix = token, ""
    while body and body[0] in "rRbBuUfF" and rules.name == "python":
        prefix, body = prefix + body[0].lower(), body[1:]
    how = rules.quotes.get(body[:1], "raw")
    if how == "here":
        return body[2:-2].strip("\r\n")
    if rules.name == "python" and body[:3] in {'"""', "'''"}:
        body = body[3:-3] if body.endswith(body[:3]) and len(body) > 5 else body[3:]
    else:
        body = body[1:-1] if len(body) > 1 and body[-1] == body[0] else body[1:]  # a string may not be closed
    if how == "twice":
        quote = token[0]
        return body.replace(quote * 2, quote)
    if how == "powershell":
        return _PS_ESCAPE.sub(lambda m: _PS.get(m[1], m[1]), body.replace('""', '"'))
    if how == "c1":
        return body.replace("\\'", "'").replace("\\\\", "\\")
    if "r" not in prefix:
        body = unescape_c(body)
    return body.encode("latin-1", "replace") if "b" in prefix else body


def unescape_c(body: str) -> str:
    r"""Undo \x, \u, octal and the one-letter escapes."""
    return _C_ESCAPE.sub(_one_escape, body) if "\\" in body else body


def _one_escape(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        value = int(code, 16)
        return chr(value) if value < 0x110000 else "?"
    if match[4]:
        return chr(int(match[4], 8))
    return _C.get(match[5], match[5])
