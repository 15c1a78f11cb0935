"""Every pair of colours that the styles use, in both palettes: 4.5:1 for text, 3:1 for marks (WCAG 2.2)."""

import re
from pathlib import Path

import pytest

import anshin.console.web

FOLDER = Path(anshin.console.web.__path__[0]) / "static" / "web"
COLOURS = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")
STATES = ("safe", "attention", "urgent", "info", "unknown")
SURFACES = ("page", "card", "raised")

TEXT_PAIRS = [
    *((ink, surface) for ink in ("text", "quiet", "brand", "brand-hover", "brand-active") for surface in SURFACES),
    *((state, surface) for state in STATES for surface in SURFACES),
    *((state, f"{state}-tint") for state in STATES),
    *((ink, f"{state}-tint") for ink in ("text", "quiet") for state in STATES),
    # links inside notices, selected rows and menu entries
    *((ink, f"{state}-tint") for ink in ("brand", "brand-hover") for state in STATES),
    *((state, "info-tint") for state in STATES),
    ("on-brand", "brand"),
    ("on-brand", "brand-hover"),
    ("on-brand", "brand-active"),
    ("on-urgent", "urgent"),
]
MARK_PAIRS = [
    *(("control", surface) for surface in SURFACES),
    *((state, surface) for state in STATES for surface in SURFACES),
    *(("brand", surface) for surface in SURFACES),
    *(("text", surface) for surface in SURFACES),  # the outline of the focus
]


def block(css: str, selector: str) -> dict[str, str]:
    """Return the colours set in the first rule with this selector."""
    start = css.index(selector + " {")
    return dict(COLOURS.findall(css[start : css.index("}", start)]))


def palettes() -> dict[str, dict[str, str]]:
    css = (FOLDER / "tokens.css").read_text(encoding="utf-8")
    light = block(css, "\n:root")
    return {
        "light": light,
        "dark": light | block(css, '\n[data-theme="dark"]'),
        "system": light | block(css, "  :root:not([data-theme])"),
    }


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ratio(one: str, other: str) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_ratio_is_that_of_the_standard():
    assert ratio("#ffffff", "#000000") == pytest.approx(21)
    assert ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXT_PAIRS, 4.5), (MARK_PAIRS, 3.0)], ids=["text", "marks"])
def test_contrast(palette, pairs, least):
    colours = palettes()[palette]
    weak = {(a, b): round(ratio(colours[a], colours[b]), 2) for a, b in pairs if ratio(colours[a], colours[b]) < least}
    assert not weak


def test_dark_is_the_same_by_choice_and_by_system():
    found = palettes()
    assert found["dark"] == found["system"]
    assert set(found["light"]) == set(found["dark"])
    changed = {name for name, colour in found["dark"].items() if colour != found["light"][name]}
    assert changed == set(found["light"]) - {"focus"}


def test_every_colour_is_in_a_pair():
    paired = {name for pair in TEXT_PAIRS + MARK_PAIRS for name in pair}
    # A hairline between parts carries no meaning; the ring stands inside the outline that is measured.
    assert set(palettes()["light"]) - paired == {"border", "focus"}


def test_styles_use_tokens_only():
    for name in ("frame.css", "components.css"):
        css = (FOLDER / name).read_text(encoding="utf-8")
        screen = css.split("@media print")[0]
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?!\s*\{)", re.sub(r"/\*.*?\*/", "", screen, flags=re.DOTALL)), name


def test_every_token_that_is_used_exists():
    tokens = set(re.findall(r"--([a-z0-9-]+):", (FOLDER / "tokens.css").read_text(encoding="utf-8")))
    for path in FOLDER.glob("*.css"):
        used = set(re.findall(r"var\(--([a-z0-9-]+)\)", path.read_text(encoding="utf-8")))
        assert used <= tokens, path.name


def test_weight_of_the_page():
    assert sum(path.stat().st_size for path in FOLDER.glob("*.css")) <= 60_000
    assert sum(path.stat().st_size for path in FOLDER.glob("*.js")) <= 40_000
