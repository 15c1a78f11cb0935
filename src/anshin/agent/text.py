"""Turns raw paths into text that may be stored and sent."""

_LONGEST_PATH = 4096
_LONGEST_SHORT = 255


def path_text(path: bytes) -> str:
    r"""Return the path as storable text: bytes that are not UTF-8 appear as \xNN; the far end is kept when too long."""
    text = path.decode("utf-8", "backslashreplace").replace("\0", "\\x00")
    return text if len(text) <= _LONGEST_PATH else "…" + text[1 - _LONGEST_PATH :]


def short(text: str) -> str:
    """Return text that fits a short field and holds no lone surrogates."""
    return text.encode("utf-8", "backslashreplace").decode()[:_LONGEST_SHORT]
