"""Parsers of the kinds that are scripts: bytes to text, text to `analyse`."""

from functools import partial

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.script.analyse import analyse
from anshin.engine.formats.script.source import text_of

FAMILIES = {"wsf": "html", "asp": "php", "jsp": "php", "perl": "shell"}
"""Languages without a model of their own, and whose they use."""


def parse_script(data: bytes, budget: Budget, *, language: str) -> Parsed:
    """Return what a script in `language` shows."""
    text = text_of(data)
    parsed = Parsed(family=FAMILIES.get(language, language))
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
