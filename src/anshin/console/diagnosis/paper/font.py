"""Finds the Japanese font that the install brings: IPAexGothic, in the package matplotlib-fontja with its licence.

The package is looked up by its metadata and never imported: it would load matplotlib.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

PACKAGE = "matplotlib-fontja"
FILE = "ipaexg.ttf"
FAMILY = "IPAexGothic"


class FontMissingError(RuntimeError):
    """The font is not where the install should have put it."""


@cache
def font_folder() -> Path:
    """Return the folder that holds the font. Raises FontMissingError."""
    try:
        found = [Path(str(path.locate())) for path in files(PACKAGE) or () if path.name == FILE]
    except PackageNotFoundError:
        found = []
    if not found or not found[0].is_file():
        raise FontMissingError(f"{PACKAGE} with {FILE} is not installed; install anshin[console] again")
    return found[0].resolve().parent
