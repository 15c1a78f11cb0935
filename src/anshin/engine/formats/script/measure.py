"""Numbers and words of a script for the models, and habits of hiding that can be counted."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from anshin.engine.formats.script import match
from anshin.engine.formats.script.source import Source, words_of

if TYPE_CHECKING:
    from anshin.engine.formats.script.analyse import Analysis

TOKENS = 2048
MANY_TICKS = 8
MOST_WORDS = 4000
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
_STRINGS = re.compile(r"\"(?:[^\"\\\n]++|\\.)*+\"?|'(?:[^'\\\n]++|\\.)*+'?")
# on text in lower case: a search that ignores case cannot skip to the first letter
_URL = re.compile(r"https?://[^\s\"'<>)]{4,200}")
_RAW_URL = re.compile(r"https?://(?:\d{1,3}\.){3}\d{1,3}\b|https?://0x[0-9a-f]{8}\b|https?://\d{8,10}\b")
_RUN = 600
_SIX = re.compile(r"[\[\]()!+]")
_JSF = re.compile(_SIX.pattern + f"{{{_RUN}}}")
_SIX_SIGNS = "[]()!+"
_RANDOM = re.compile(r"\n(?:(?=[a-z0-9_]{12})[a-z_]*\d[a-z0-9_]*|_0x[0-9a-f]{3,}|[bcdfghjklmnpqrstvwxz]{7,})(?![^\n])")
"""A word behind the end of a line: the engine of `re` goes from one such end to the next."""


def encoded(source: Source) -> bool:
    """Whether the text names a function that decodes or runs text: another layer may be in it."""
    return bool(source.words & _ENCODED_WORDS)


def habits(source: Source) -> list[str]:
    """Return the codes of what can be counted."""
    found = []
    if source.ticks >= MANY_TICKS * 3 and source.ticks * 60 > len(source.text):
        found.append("script.marks_in_words")
    if "[" in source.text and _six_signs(source.text):
        found.append("script.six_signs")
    marked = source.language == "javascript" and (b"_0x" in source.ascii or b"_0X" in source.ascii)
    if marked and sum([w.startswith("_0x") for w in source.words if w[0] == "_"]) >= 8:
        found.append("script.renamed")
    return found


def _six_signs(text: str) -> bool:
    """Whether a run of six signs is there; every 600th character tells where one could be."""
    for hit in _SIX.finditer(text[::_RUN]):
        at, half = hit.start() * _RUN, _RUN // 2
        # one half of the run stands before or behind
        some = not text[at : at + half].strip(_SIX_SIGNS) or not text[max(0, at - half) : at].strip(_SIX_SIGNS)
        if some and _JSF.search(text, max(0, at - _RUN), at + _RUN):
            return True
    return False


class _Signs:
    """How often each character of ASCII stands in a text, counted once for all of them."""

    def __init__(self, text: str, ascii_text: bytes) -> None:
        self._counts = np.bincount(np.frombuffer(ascii_text, dtype=np.uint8), minlength=128).tolist()
        self.foreign = 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))

    def count(self, signs: str) -> int:
        """Return how often any of `signs`, of which none is the question mark, stands in the text."""
        return sum([self._counts[ord(sign)] for sign in signs])


def _entropy(text: str) -> float:
    """Return the entropy in bits of a character; added up in the order in which the characters come first."""
    if not text:
        return 0.0
    counts = _counts(text) if len(text) > 200 and text.isascii() else Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts)


def _counts(text: str) -> list[int]:
    """Return the counts of `Counter(text)`, in its order, for a text in ASCII."""
    raw = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    first = np.full(128, len(raw), dtype=np.int64)
    first[raw[::-1]] = np.arange(len(raw) - 1, -1, -1)  # of an index that comes twice, the last value stays
    counts = np.bincount(raw, minlength=128)
    found: list[int] = counts[np.argsort(first, kind="stable")][: np.count_nonzero(counts)].tolist()
    return found


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def measure(source: Source, found: "Analysis", hows: Sequence[str]) -> None:
    """Fill `facts` and `tokens`: shares, logarithms and flags, so that padding a file moves little."""
    text = source.text[:_HEAD]
    lower = text.lower()
    words = source.words
    lines = text.split("\n")
    lengths = sorted(map(len, lines))
    strings = _STRINGS.findall(text)[:4000]
    # the quotes do not count; a quote that begins no string is one without an end
    total = sum(map(len, strings)) - 2 * len(strings) + strings.count('"') + strings.count("'")
    longest = max(strings, key=len, default="")[1:-1]
    size = max(1, len(text))
    signs = _Signs(text, source.ascii[:_HEAD])
    facts = found.facts
    facts.update(
        {
            "log_size": math.log1p(len(source.text)),
            "log_lines": math.log1p(len(lines)),
            "line_max_log": math.log1p(lengths[-1]),
            "line_median_log": math.log1p(lengths[len(lengths) // 2]),
            "space_share": _share(signs.count(" \t"), size),
            "digit_share": _share(signs.count("0123456789"), size),
            "plus_share": _share(signs.count("+"), size),
            "amp_share": _share(signs.count("&"), size),
            "percent_share": _share(signs.count("%"), size),
            "dollar_share": _share(signs.count("$"), size),
            "comma_share": _share(signs.count(","), size),
            "bracket_share": _share(signs.count("(["), size),
            "backslash_share": _share(signs.count("\\"), size),
            "quote_share": _share(signs.count("\"'"), size),
            "semicolon_share": _share(signs.count(";"), size),
            "non_ascii_share": _share(signs.foreign, size),
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
            "word_random_share": _share(_random(words), min(MOST_WORDS, len(words))),
            "words_long_share": _share(sum([len(w) > 24 for w in source.long_words]), len(words)),
            "ticks_log": math.log1p(source.ticks),
            "escapes_log": math.log1p(text.count("\\x") + text.count("\\u")),
            "urls_log": math.log1p(len(_URL.findall(lower))),
            "url_raw_address": float(bool(_RAW_URL.search(lower))),
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
    kept = _first([w for w in words if 3 <= len(w) <= 40])
    found.tokens = (kept + ["layer:" + w for w in _layer_words(found)])[:TOKENS]


def _random(words: frozenset[str]) -> int:
    """Count the words, of 4,000 at most, that look made up by a program.

    Of more words the first by the alphabet count: a set has another order in every process, and a file must not have
    another vector in each.
    """
    some = words if len(words) <= MOST_WORDS else sorted(words)[:MOST_WORDS]
    return len(_RANDOM.findall("\n" + "\n".join(some)))


def _layer_words(found: "Analysis") -> list[str]:
    words: set[str] = set()
    for layer in found.layers[:8]:
        words.update(words_of(layer.data[:65536]))
    return _first([w for w in words if len(w) > 2])


def _first(words: list[str]) -> list[str]:
    """Return the first half of `TOKENS` words in the order of the alphabet."""
    most = TOKENS // 2
    if len(words) > 4 * most:
        sample = sorted(words[:most])
        last = sample[min(most - 1, 2 * most * most // len(words))]  # about twice as many come before it
        some = [w for w in words if w <= last]
        words = some if len(some) >= most else words
    return sorted(words)[:most]


def _groups() -> dict[str, frozenset[str]]:
    from anshin.engine.formats.script.words import groups

    return groups()


def load() -> None:
    """Read the groups of words."""
    _groups()
