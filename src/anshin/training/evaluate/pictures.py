"""The pictures of the page: curves of one family as SVG, in both languages."""

from pathlib import Path
from typing import Any

from anshin.training.evaluate.curves import curves
from anshin.training.evaluate.wording import Text

NAMES = ("roc", "pr", "calibration")
ORDER = ("stack", "trees", "deep", "byte_histogram")


def file_name(page: str, family: str, picture: str, language: str) -> str:
    """Return the name of one picture."""
    return f"{page}-{family}-{picture}.{language}.svg"


def draw(page: str, result: dict[str, Any], folder: Path, text: Text, language: str) -> None:
    """Write the pictures of a family."""
    family, models = result["family"], result["models"]
    shipped = result["shipped"]["reliability"]
    lines = {
        "roc": [(text[f"line_{k}"], models[k]["roc"]) for k in ORDER if k in models],
        "pr": [(text[f"line_{k}"], models[k]["pr"]) for k in ORDER if k in models],
        "calibration": [(text["line_measured"], shipped), (text["line_ideal"], [[0, 0], [1, 1]])],
    }
    for name in NAMES:
        labels = (text[f"{name}_title"].format(family=family), text[f"{name}_x"], text[f"{name}_y"])
        svg = curves(*labels, lines[name], low_x=0.0001 if name == "roc" else 0.0)
        (folder / file_name(page, family, name, language)).write_text(svg, encoding="utf-8")
