"""Numbers and words of a script for the models, and habits of hiding that can be counted."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from anshin.engine.formats.script import match
from anshin.engine.formats.script.source import Source

if TYPE_CHECKING:
    from anshin.engine.formats.script.analyse import Analysis

TOKENS = 2048
MANY_TICKS = 8
_HEAD = 64 * 1024
_ENCODED_WORDS = frozenset(
    {
        "frombase64string",
        "atob",
        "fromcharcode",
        "unescape",
        "b64decode",
        "base64_decode",
        "gzinflate",
        "str_rot13",
        "encodedcommand",
        "iex",
        "eval",
        "execute",
        "executeglobal",
        "strreverse",
        "chr",
        "chrw",
        "bxor",
    }
)
_STRINGS = re.compile(r"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?")
_URL = re.compile(r"https?://[^\s\"'<>)]{4,200}", re.IGNORECASE)
_RAW_URL = re.compile(r"https?://(?:\d{1,3}\.){3}\d{1,3}\b|https?://0x[0-9a-f]{8}\b|https?://\d{8,10}\b", re.IGNORECASE)
_JSF = re.compile(r"[\[\]()!+]{600,}")
_RANDOM = re.compile(r"^(?=.*\d)[a-z0-9_]{12,}$|^_0x[0-9a-f]{3,}$|^[bcdfghjklmnpqrstvwxz]{7,}$")


def encoded(source: Source) -> bool:
    """Whether the text names a function that decodes or runs text: another layer may be in it."""
    return bool(source.words & _ENCODED_WORDS)


def habits(source: Source) -> list[str]:
    """Return the codes of what can be counted."""
    found = []
    if source.ticks >= MANY_TICKS * 3 and source.ticks * 60 > len(source.text):
        found.append("script.marks_in_words")
    if "[" in source.text and _JSF.search(source.text):
        found.append("script.six_signs")
    if source.language == "javascript" and sum(w.startswith("_0x") for w in source.words) >= 8:
        found.append("script.renamed")
    return found


def _entropy(text: str) -> float:
    if not text:
        return 0.0
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def measure(source: Source, found: "Analysis", hows: Sequence[str]) -> None:
    """Fill `facts` and `tokens`: shares, logarithms and flags, so that padding a file moves little."""
    text = source.text[:_HEAD]
    words = source.words
    lines = text.split("\n")
    lengths = sorted(len(line) for line in lines)
    strings = [m[0][1:-1] for _, m in zip(range(4000), _STRINGS.finditer(text), strict=False)]
    total = sum(map(len, strings))
    longest = max(strings, key=len, default="")
    size = max(1, len(text))
    facts = found.facts
    facts.update(
        {
            "log_size": math.log1p(len(source.text)),
            "log_lines": math.log1p(len(lines)),
            "line_max_log": math.log1p(lengths[-1]),
            "line_median_log": math.log1p(lengths[len(lengths) // 2]),
            "space_share": _share(text.count(" ") + text.count("\t"), size),
            "digit_share": _share(sum(map(text.count, "0123456789")), size),
            "plus_share": _share(text.count("+"), size),
            "amp_share": _share(text.count("&"), size),
            "percent_share": _share(text.count("%"), size),
            "dollar_share": _share(text.count("$"), size),
            "comma_share": _share(text.count(","), size),
            "bracket_share": _share(text.count("(") + text.count("["), size),
            "backslash_share": _share(text.count("\\"), size),
            "quote_share": _share(text.count('"') + text.count("'"), size),
            "semicolon_share": _share(text.count(";"), size),
            "non_ascii_share": _share(len(text) - len(text.encode("ascii", "ignore")), size),
            "comment_share": source.comment_share(),
            "string_share": _share(total, size),
            "string_count_log": math.log1p(len(strings)),
            "string_mean_log": math.log1p(_share(total, len(strings))),
            "string_longest_log": math.log1p(len(longest)),
            "string_longest_entropy": _entropy(longest[:4096]),
            "entropy": _entropy(text[:8192]),
            "words_log": math.log1p(source.word_count),
            "words_distinct_share": _share(len(words), source.word_count),
            "word_mean_length": _share(sum(map(len, words)), len(words)),
            "word_random_share": _share(sum(bool(_RANDOM.match(w)) for w in list(words)[:4000]), min(4000, len(words))),
            "words_long_share": _share(sum(len(w) > 24 for w in words), len(words)),
            "ticks_log": math.log1p(source.ticks),
            "escapes_log": math.log1p(text.count("\\x") + text.count("\\u")),
            "urls_log": math.log1p(len(_URL.findall(text))),
            "url_raw_address": float(bool(_RAW_URL.search(text))),
            "layers_log": math.log1p(len(found.layers)),
            "layer_bytes_log": math.log1p(sum(len(layer.data) for layer in found.layers)),
            "layer_depth": float(max((layer.how.count(" > ") + 1 for layer in found.layers), default=0)),
            "members": float(len(found.members)),
            "signs": float(len({s.code for s in found.signs})),
            "signs_in_layers": float(sum("layer " in s.place.detail for s in found.signs)),
            "wanted_words_log": math.log1p(len(match.wanted(source))),
        }
    )
    for how in ("base64", "hex", "gzip", "deflate", "character codes", "joined strings", "escapes", "variables"):
        facts["how_" + how.replace(" ", "_")] = float(any(how in h for h in hows))
    for group, names in _groups().items():
        facts["names_" + group] = math.log1p(len(words & names))
    kept = sorted(w for w in words if 3 <= len(w) <= 40)[: TOKENS // 2]
    found.tokens = (kept + sorted(_layer_words(found)))[:TOKENS]


def _layer_words(found: "Analysis") -> set[str]:
    words: set[str] = set()
    for layer in found.layers[:8]:
        words |= {"layer:" + w for w in Source(layer.data[:65536].decode("utf-8", "replace"), "").words if len(w) > 2}
    return set(sorted(words)[: TOKENS // 2])


def _groups() -> dict[str, frozenset[str]]:
    from anshin.engine.formats.script.words import groups

    return groups()


def load() -> None:
    """Read the groups of words."""
    _groups()
