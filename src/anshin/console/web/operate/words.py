"""The words of the command line's operations, in the language of the person's terminal.

Django's own translation needs a set-up Django, which these programs start before they have; so the standard library's
gettext reads a catalogue of their own. A missing catalogue means English.
"""

import gettext as _gettext
import os
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "locale"


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("django", _FOLDER, [language], fallback=True)


def terminal_language() -> str:
    """Return "ja" or "en" by the usual variables, in the order that POSIX gives them."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name, ""):
            return "ja" if value.startswith("ja") else "en"
    return "en"


def gettext(message: str) -> str:
    """Return `message` (English) in the terminal's language."""
    return _catalogue(terminal_language()).gettext(message)
