"""Numbers and words of markup for the models."""

import math
import re

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.html.markup import Markup
from anshin.engine.formats.script import Analysis
from anshin.engine.formats.script.source import Source

TOKENS = 2048
_COUNTED = ("script", "iframe", "meta", "form", "input", "a", "object", "embed", "svg", "foreignobject", "img", "link")
_WORDS = (
    "atob",
    "unescape",
    "fromcharcode",
    "eval",
    "createobjecturl",
    "blob",
    "uint8array",
    "mssaveoropenblob",
    "clipboard",
    "location",
    "activexobject",
    "document",
    "write",
    "download",
    "click",
    "xmlhttprequest",
    "fetch",
    "password",
    "verify",
    "captcha",
)
_EXTERNAL = re.compile(r"(?:href|src|action)\s*=\s*[\"']?https?://([^/\"'\s>]{1,100})", re.IGNORECASE)
_TEXT = re.compile(r"<[^<>]*>")


def measure(page: Markup, kind: str, parsed: Parsed, scripts: dict[str, Analysis], source: Source) -> None:
    """Fill `facts` and `tokens`."""
    text, facts = page.text[: 512 * 1024], parsed.facts
    size = max(1, len(text))
    script_size = sum(len(s.text) for s in page.scripts)
    data = page.data_urls
    foreign = 0 if text.isascii() else len(text) - len(text.encode("ascii", "ignore"))
    facts.update(
        {
            "log_size": math.log1p(len(page.text)),
            "log_lines": math.log1p(text.count("\n")),
            "script_share": min(1.0, script_size / size),
            "script_count_log": math.log1p(len(page.scripts)),
            "visible_share": len(_TEXT.sub("", text[:65536])) / max(1, min(size, 65536)),
            "tags_log": math.log1p(len(page.tags)),
            "hosts_log": math.log1p(
                len({m[1] for m in page.beginning(_EXTERNAL, b"href", b"src", b"action", end=len(text))})
            ),
            "data_urls_log": math.log1p(len(data)),
            "data_url_longest_log": math.log1p(max((len(d[1]) for d in data), default=0)),
            "members": float(len(parsed.members)),
            "layers_log": math.log1p(len(parsed.layers)),
            "signs": float(len({s.code for s in parsed.signs})),
            "vbscript": float("vbscript" in scripts),
            "percent_share": text.count("%") / size,
            "entity_share": text.count("&#") / size,
            "non_ascii_share": foreign / size,
            "longest_line_log": math.log1p(max(map(len, text.split("\n")))),
            "has_title": float(b"<title" in page.flat),
            "password_fields": float(
                sum(t.attributes.get("type", "").lower() == "password" for t in page.named("input"))
            ),
            "kind_hta": float(kind == "hta"),
            "kind_svg": float(kind == "svg"),
            "kind_wsf": float(kind == "wsf"),
        }
    )
    for name in _COUNTED:
        facts["tag_" + name] = math.log1p(len(page.named(name)))
    for name in _WORDS:
        facts["word_" + name] = float(name in source.words)
    javascript = scripts.get("javascript") or scripts.get("vbscript")
    for name in (
        "string_longest_entropy",
        "word_random_share",
        "escapes_log",
        "plus_share",
        "names_decoding",
        "names_hosts",
    ):
        facts["script_" + name] = javascript.facts.get(name, 0.0) if javascript else 0.0
    tags = ["<" + t.name for t in page.tags[:1024]]
    parsed.tokens = (sorted(set(tags)) + parsed.tokens)[:TOKENS]
