"""Curves as SVG: no chart library, two inks, labels at the lines, readable in light and in dark."""

from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 420, 300, 52, 40, 28, 16
Points = Sequence[Sequence[float]]
_STYLE = (
    "<style>text{font:12px sans-serif;fill:#4d4d4d}path{fill:none;stroke-width:2}.a{stroke:#0055ad}.b{stroke:#197a4b}"
    ".c{stroke:#806300}.d{stroke:#666}.axis{stroke:#999;stroke-width:1}.ta{fill:#0055ad}.tb{fill:#197a4b}.tc{fill:#806300}"
    ".td{fill:#666}@media(prefers-color-scheme:dark){text{fill:#b3bac2}.a{stroke:#97d3ff}.b{stroke:#71c598}"
    ".c{stroke:#ffd43d}.d{stroke:#999}.ta{fill:#97d3ff}.tb{fill:#71c598}.tc{fill:#ffd43d}.td{fill:#999}}</style>"
)


def curves(title: str, x_label: str, y_label: str, lines: Sequence[tuple[str, Points]], *, low_x: float = 0.0) -> str:
    """Return one picture with up to four lines over x and y in [0, 1]; `low_x` > 0 makes x logarithmic from there."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}">',
        _STYLE,
        f'<text x="{LEFT}" y="16">{title}</text>',
        f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>',
    ]
    marks = [0.0, 0.25, 0.5, 0.75, 1.0]
    parts += [f'<text x="{LEFT - 6}" y="{_y(m) + 4:.0f}" text-anchor="end">{m:g}</text>' for m in marks]
    ticks = [t for t in (0.0001, 0.001, 0.01, 0.1, 1.0) if t >= low_x] if low_x else marks
    parts += [
        f'<text x="{_x(t, low_x):.0f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{t:g}</text>' for t in ticks
    ]
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{x_label}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text transform="translate(12 {middle:.0f}) rotate(-90)" text-anchor="middle">{y_label}</text>')
    for number, (name, points) in enumerate(lines[:4]):
        ink = "abcd"[number]
        path = "L".join(f"{_x(max(x, low_x), low_x):.1f} {_y(y):.1f}" for x, y, *_ in points)
        parts.append(f'<path class="{ink}" d="M{path}"/>')
        parts.append(
            f'<text class="t{ink}" x="{WIDTH - RIGHT - 4}" y="{HEIGHT - BOTTOM - 12 - 16 * number}" '
            f'text-anchor="end">{name}</text>'
        )
    return "".join([*parts, "</svg>\n"])


def _x(value: float, low: float) -> float:
    from math import log10

    span = WIDTH - LEFT - RIGHT
    share = (log10(max(value, low)) - log10(low)) / -log10(low) if low else value
    return LEFT + span * share


def _y(value: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value
