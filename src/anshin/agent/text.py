"""Turns raw paths into text that may be stored and sent."""

from anshin.engine.names import safe_name

_LONGEST_PATH = 4096
_LONGEST_SHORT = 255


def path_text(path: bytes) -> str:
    """Return the path as `safe_name` writes it; of one that is too long the far end is kept."""
    text = safe_name(path)
    return text if len(text) <= _LONGEST_PATH else "…" + text[1 - _LONGEST_PATH :]


def short(text: str) -> str:
    """Return text that is safe to store and fits a short field."""
    return safe_name(text)[:_LONGEST_SHORT]
