"""Parsers of shortcuts that are text: URL, SCF, library-ms, search-ms, desktop entries, webloc."""

import math
import re
from functools import partial

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.script import analyse
from anshin.engine.formats.script.source import text_of

_LINE = re.compile(r"^[ \t]*([\w-]+(?:\[\w+\])?)[ \t]*=[ \t]*([^\r\n]*)", re.MULTILINE)
_SHARE = re.compile(
    r"^\s*(?:file:/{2,}|\\\\|//)(?!localhost|127\.0\.0\.1|/|[a-z]:|[a-z]\|)([\w.-]+)[\\/@]", re.IGNORECASE
)
_PROGRAM = re.compile(
    r"\.(?:exe|scr|com|pif|js|jse|vbs|vbe|hta|bat|cmd|ps1|dll|cpl|msi|lnk|url|wsf|jar)(?:\b|$)", re.IGNORECASE
)
_XML_URL = re.compile(r"<(?:url|location|string|include\s+path)[^>]*>?\s*=?\s*\"?([^<\"]{3,500})", re.IGNORECASE)
VALUES = 400


def parse_shortcut(data: bytes, budget: Budget, *, kind: str) -> Parsed:
    """Return what a shortcut of `kind` (url, scf, library, desktop, webloc) shows."""
    parsed = Parsed(family="shortcut")
    text = text_of(data[: 1024 * 1024])
    budget.check_time()
    if kind in {"library", "webloc"}:
        values = {"url": [m[1].strip() for _, m in zip(range(VALUES), _XML_URL.finditer(text), strict=False)]}
    else:
        values = {}
        for _, match in zip(range(VALUES), _LINE.finditer(text), strict=False):
            values.setdefault(match[1].lower(), []).append(match[2].strip())
    {"url": _url, "scf": _scf, "library": _library, "desktop": _desktop, "webloc": _library}[kind](
        values, budget, parsed
    )
    _measure(values, text, kind, parsed)
    return parsed


def _url(values: dict[str, list[str]], budget: Budget, parsed: Parsed) -> None:
    for target in values.get("url", []):
        share = _SHARE.match(target)
        if share and (_PROGRAM.search(target, share.end()) or "@" in target[:120]):
            parsed.sign("shortcut.remote_program", f"link {share[1]}")
        elif share:
            parsed.sign("shortcut.remote_folder", f"link {share[1]}")
        elif re.match(
            r"https?://[^?#]{4,300}\.(?:hta|js|jse|vbs|scr|lnk|url|bat|cmd|ps1)(?:$|[?#])", target, re.IGNORECASE
        ):
            parsed.sign("shortcut.web_program", "field url")
        if re.match(r"\s*(?:javascript|vbscript|data|mhtml|shell|search-ms|ms-\w+)\s*:", target, re.IGNORECASE):
            parsed.sign("shortcut.odd_scheme", "field url")
        analyse(target[:8192], "command", budget, where="field url").into(parsed)
    for name in ("iconfile", "workingdirectory"):
        for value in values.get(name, []):
            share = _SHARE.match(value)
            if share:
                parsed.sign("shortcut.remote_icon", f"field {name}")


def _scf(values: dict[str, list[str]], budget: Budget, parsed: Parsed) -> None:
    del budget
    if any(_SHARE.match(value) for value in values.get("iconfile", [])):
        parsed.sign("shortcut.remote_icon", "field iconfile")


def _library(values: dict[str, list[str]], budget: Budget, parsed: Parsed) -> None:
    for target in values["url"]:
        budget.check_time()
        share = _SHARE.match(target)
        if share or (
            re.match(r"https?://", target, re.IGNORECASE)
            and re.search(r"davwwwroot|@ssl|@\d{2,5}\\", target, re.IGNORECASE)
        ):
            parsed.sign("shortcut.remote_folder", "field url")
        if re.match(r"\s*(?:javascript|file)\s*:", target, re.IGNORECASE) and _PROGRAM.search(target):
            parsed.sign("shortcut.odd_scheme", "field url")


def _desktop(values: dict[str, list[str]], budget: Budget, parsed: Parsed) -> None:
    for command in values.get("exec", []):
        found = analyse(command[:16384], "shell", budget, where="field exec")
        found.into(parsed)
        inner = re.match(r"""\s*(?:/(?:usr/)?bin/)?(?:env\s+)?(?:ba|da|z)?sh\s+-l?c\s+(.*)""", command)
        if not inner:
            continue
        body = inner[1].strip("\"'")
        parsed.sign("shortcut.shell_line", "field exec")
        if re.search(r"\b(?:curl|wget)\b[^\n]{0,300}(?:\||&&|;)[^\n]{0,200}(?:\bsh\b|bash|chmod|python|\./)", body):
            parsed.sign("shortcut.desktop_download", "field exec")
        analyse(body, "shell", budget, where="field exec").into(parsed)
    if values.get("hidden", values.get("nodisplay", [""]))[0].lower() == "true" and any(
        s.code in {"shortcut.desktop_download", "shell.curl_pipe"} for s in parsed.signs
    ):
        parsed.sign("shortcut.hidden_entry", "field nodisplay")


def _measure(values: dict[str, list[str]], text: str, kind: str, parsed: Parsed) -> None:
    joined = " ".join(v for group in values.values() for v in group)
    parsed.facts.update({
        "arguments_log": math.log1p(len(joined)),
        "strings": float(len(values)),
        "urls": float(len(re.findall("https?://", joined, re.IGNORECASE))),
        "share": float(bool(_SHARE.search(joined))),
        "non_ascii_share": (len(text) - len(text.encode("ascii", "ignore"))) / max(1, len(text)),
        "layers": float(len(parsed.layers)),
        "signs": float(len({s.code for s in parsed.signs})),
        "is_" + kind: 1.0,
    })  # fmt: skip
    parsed.tokens = (sorted(set(re.findall(r"[a-z0-9_.]{3,40}", joined.lower()))) + parsed.tokens)[:2048]


parse_url = partial(parse_shortcut, kind="url")
parse_scf = partial(parse_shortcut, kind="scf")
parse_library = partial(parse_shortcut, kind="library")
parse_desktop = partial(parse_shortcut, kind="desktop")
parse_webloc = partial(parse_shortcut, kind="webloc")
