"""Tokens of a language by its one expression in `grammar.yaml`, and what its string literals say."""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, compress
from typing import Any

from anshin.engine.wording import load_data

GRAMMAR = "formats/script/decode/grammar.yaml"
_C_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|([0-7]{1,3})|(\r\n|.))", re.DOTALL
)
_C = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "e": "\x1b"}
_KIND = re.compile(r"\(\?P<\w+>")
_PS_ESCAPE = re.compile(r"`(.)", re.DOTALL)
_PS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "a": "\a", "f": "\f", "v": "\v", "\n": ""}


@dataclass(frozen=True)
class Grammar:
    """One language; see `grammar.yaml`."""

    name: str
    tokens: re.Pattern[str]
    trigger: re.Pattern[str]
    lower: re.Pattern[str]
    """The trigger for text in lower case."""
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
    whole: re.Pattern[str] | None
    """The tokens without their kinds, for languages in which the text of a token alone tells its kind."""


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
        lower=re.compile(data["trigger"].lower()),
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
        # in PowerShell # is a sign or an empty comment, and what stands before it decides
        whole=None if data.get("statics") else re.compile(_KIND.sub("(?:", data["tokens"]), re.DOTALL),
    )


class Tokens:
    """Parallel lists: kind and text of each token, comments and space left out; where they stand is seldom asked."""

    def __init__(self, kinds: list[str], texts: list[str]) -> None:
        """Take every token of a text, in order."""
        self._all = texts
        self._keep = [kind != "x" for kind in kinds]
        self.kinds = list(compress(kinds, self._keep))
        self.texts = list(compress(texts, self._keep))

    @cached_property
    def ends(self) -> list[int]:
        """The end of each token."""
        return list(compress(accumulate(map(len, self._all)), self._keep))

    def start(self, at: int) -> int:
        """Return the start of a token."""
        return self.ends[at] - len(self.texts[at])


class _Kinds(dict[str, str]):
    """The kind of a token by its text, asked of the expression once for each text."""

    def __init__(self, rules: Grammar) -> None:
        super().__init__()
        self._tokens = rules.tokens

    def __missing__(self, token: str) -> str:
        match = self._tokens.match(token)
        # only a regular expression needs something before it, and is then taken apart here
        kind = (match.lastgroup or "o") if match is not None and match.end() == len(token) else "r"
        self[token] = kind
        return kind


def lex(text: str, rules: Grammar, most: int) -> Tokens:
    """Return the first `most` tokens."""
    if rules.whole is not None and len(text) <= most:
        # one call for all of them costs half of a call for each
        found = rules.whole.findall(text)
        return Tokens(list(map(_Kinds(rules).__getitem__, found)), found)
    kinds: list[str] = []
    texts: list[str] = []
    count = 0
    for match in rules.tokens.finditer(text):  # they follow each other: the last alternative is any character
        kind = match.lastgroup or "o"
        kinds.append(kind)
        texts.append(match[0])
        count += kind != "x"
        if count >= most:
            break
    return Tokens(kinds, texts)


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
