"""Parsers of the kinds that are scripts: bytes to text, text to `analyse`."""

import re
from functools import partial

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.script.analyse import analyse
from anshin.engine.formats.script.source import text_of
from anshin.engine.identify.polyglot import PICTURES

_REAL_PHP = re.compile(
    r"<\?php\s[^\x00]{0,4000}?(?:\$_(?:get|post|request|cookie|server|files)\b|\b(?:eval|assert|system|exec|passthru|base64_decode|include)\s*\()",
    re.IGNORECASE,
)
FAMILIES = {"wsf": "html", "asp": "php", "jsp": "php", "perl": "shell"}
"""Languages without a model of their own, and whose they use."""


def parse_script(data: bytes, budget: Budget, *, language: str) -> Parsed:
    """Return what a script in `language` shows."""
    text = text_of(data)
    parsed = Parsed(family=FAMILIES.get(language, language))
    if language == "php" and data.startswith(PICTURES):
        if not _REAL_PHP.search(text):
            return parsed  # five bytes of a picture that look like the mark by chance, or a note in its meta-data
        parsed.sign("php.in_picture")
    analyse(text, language, budget).into(parsed, facts=True)
    return parsed


parse_powershell = partial(parse_script, language="powershell")
parse_javascript = partial(parse_script, language="javascript")
parse_vbscript = partial(parse_script, language="vbscript")
parse_batch = partial(parse_script, language="batch")
parse_shell = partial(parse_script, language="shell")
parse_python = partial(parse_script, language="python")
parse_php = partial(parse_script, language="php")
parse_asp = partial(parse_script, language="asp")
parse_jsp = partial(parse_script, language="jsp")
parse_perl = partial(parse_script, language="perl")
