"""Every sentence has its Japanese, and no page carries inline script or style."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import anshin.console

CONSOLE = Path(anshin.console.__path__[0])
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\b(?:src=|type=[\"']application/json))", re.IGNORECASE),
    "inline style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE),
    "on… attribute": re.compile(r"<[a-z][^<>]*\s(?:hx-)?on[a-z:-]+\s*=", re.IGNORECASE),
    "javascript: address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
    "other host": re.compile(r"<(?:script|link|img)\b[^>]*(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}

Message = str | tuple[str, str]


def templates() -> list[Path]:
    return sorted(CONSOLE.glob("*/templates/**/*.*"))


def source_of(path: Path) -> bytes:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text.encode()
    # What Django makes of a template for xgettext is not indented like Python.
    return "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines()).encode()


def messages_in(path: Path) -> Iterator[tuple[int, Message, str | None]]:
    """Yield (line, message, context); a message with a plural is (singular, plural)."""
    options = {"encoding": "utf-8"}
    for line, message, _comments, context in extract("python", io.BytesIO(source_of(path)), KEYWORDS, (), options):
        yield line, message if isinstance(message, str) else (message[0], message[1]), context


def catalogues() -> dict[str, Catalog]:
    """Return our catalogues by folder; `web/operate` has its own, which Django does not merge with the others."""
    found = {}
    for path in sorted(CONSOLE.glob("**/locale/ja/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            found[path.parents[3].relative_to(CONSOLE).as_posix()] = read_po(file, locale="ja")
    return found


def files_with_messages() -> list[Path]:
    skipped = {"migrations", "formats"}
    code = [p for p in CONSOLE.glob("**/*.py") if not skipped & set(p.relative_to(CONSOLE).parts)]
    return sorted(code) + [p for p in templates() if p.suffix in {".html", ".txt"}]


def test_extraction_finds_what_it_should(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '{% translate "One" %}\n    {% blocktranslate trimmed with n=n %}\n  Two {{ n }}\n {% endblocktranslate %}\n'
        "  {% blocktranslate count n=n %}a{% plural %}b{% endblocktranslate %}<p title=\"{% translate 'Three' %}\">",
        encoding="utf-8",
    )
    code = tmp_path / "code.py"
    code.write_text('x = _("Four")\ny = ngettext("f", "g", 2)\n', encoding="utf-8")
    assert [m for _l, m, _c in messages_in(page)] == ["One", "Two %(n)s", ("a", "b"), "Three"]
    assert [m for _l, m, _c in messages_in(code)] == ["Four", ("f", "g")]


def test_every_sentence_has_japanese():
    known = catalogues()
    missing = []
    for path in files_with_messages():
        for line, message, context in messages_in(path):
            single = message if isinstance(message, str) else message[0]
            entries = [e for c in known.values() if (e := c.get(single, context)) is not None]
            good = [e for e in entries if not e.fuzzy and e.string and (isinstance(e.string, str) or all(e.string))]
            if not good:
                why = "empty or fuzzy" if entries else "missing"
                missing.append(f"{path.relative_to(CONSOLE)}:{line}: {why}: {single!r}")
    assert not missing, "no Japanese for:\n" + "\n".join(missing)


def test_apps_agree_on_the_japanese():
    # Django merges all catalogues: with two translations of one sentence, the order of the apps would decide.
    said: dict[tuple[str, str | None], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for app, catalogue in catalogues().items():
        for entry in catalogue:
            if "/" not in app and entry.id and not entry.fuzzy:
                key = entry.id if isinstance(entry.id, str) else entry.id[0]
                text = entry.string if isinstance(entry.string, str) else entry.string[0]
                said[key, entry.context][text].append(app)
    split = [f"{key!r}: {dict(texts)}" for (key, _context), texts in said.items() if len(texts) > 1]
    assert not split, "several translations of one sentence:\n" + "\n".join(split)


def test_japanese_keeps_the_placeholders():
    wrong = []
    for app, catalogue in catalogues().items():
        for entry in catalogue:
            wanted = set(re.findall(r"%\(\w+\)[sd]", entry.id if isinstance(entry.id, str) else entry.id[1]))
            texts = [entry.string] if isinstance(entry.string, str) else list(entry.string)
            wrong += [
                f"{app}: {entry.id!r} → {text!r}"
                for text in texts
                if entry.id and text and set(re.findall(r"%\(\w+\)[sd]", text)) - wanted
            ]
    assert not wrong, "unknown placeholders:\n" + "\n".join(wrong)


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_inline_code_in_templates(what):
    found = [
        f"{path.relative_to(CONSOLE)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()!r}"
        for path in templates()
        if path.suffix == ".html" and "mail" not in path.parts  # a mail has no policy and needs its own look
        for text in [path.read_text(encoding="utf-8")]
        for match in FORBIDDEN[what].finditer(text)
    ]
    assert not found, f"{what} in:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("inline script", "<script>alert(1)</script>"),
        ("inline style element", "<style>p{}</style>"),
        ("style attribute", '<p class="a" style="color:red">'),
        ("on… attribute", '<button onclick="go()">'),
        ("on… attribute", '<button hx-on::click="go()">'),
        ("javascript: address", '<a href="javascript:go()">'),
        ("other host", '<script src="https://cdn.example/x.js"></script>'),
    ],
)
def test_inline_code_would_be_found(what, text):
    assert FORBIDDEN[what].search(text)


def test_own_scripts_are_allowed():
    allowed = '<script src="{% static \'web/anshin.js\' %}" defer></script><p data-once="x">'
    assert not [what for what, pattern in FORBIDDEN.items() if pattern.search(allowed)]
