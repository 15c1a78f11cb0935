"""How the cases of scripts are written: telling words are cut by a sign, so that no source file trips a scanner."""

import base64

from tests.engine.indicator_cases.case import Case

CUT = "\N{BROKEN BAR}"


def whole(text: str) -> bytes:
    """Return the text without the cuts."""
    return text.replace(CUT, "").encode()


def pair(name: str, positive: str, negative: str) -> Case:
    """Return a case of two texts."""
    return Case(positive=whole(positive), negative=whole(negative), name=name)


def encoded(command: str) -> str:
    """Return a command as PowerShell takes it encoded."""
    return base64.b64encode(command.replace(CUT, "").encode("utf-16-le")).decode()


def plain64(text: str) -> str:
    """Return base64 of a text with cuts."""
    return base64.b64encode(whole(text)).decode()
