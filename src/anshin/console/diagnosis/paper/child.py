"""Sets one paper: a JSON document on standard input, a PDF on standard output. Runs as a child with a time limit."""

import io
import json
import sys
from datetime import UTC, datetime
from importlib.resources import files

import pikepdf
import typst

PAGES = {"firm": 2, "customer": 1}
"""The pages that each paper may have."""
SIZES = (6.4, 6.0, 5.6, 5.2, 4.8, 4.4)
"""Sizes of the letters of the assumptions, in points, until all of them fit on one page."""


def main() -> int:
    """Read, set, write. The paper's own date is the date of the result, so that the same input gives the same bytes."""
    asked = json.load(sys.stdin)
    template = asked["template"]
    if template not in PAGES:
        raise ValueError(template)
    source = files("anshin.console.diagnosis.paper").joinpath(f"{template}.typ").read_bytes()
    for size in SIZES:
        made: bytes = typst.compile(
            source,
            format="pdf",
            font_paths=[asked["fonts"]],
            ignore_system_fonts=True,
            sys_inputs={"document": json.dumps(asked["document"], ensure_ascii=False), "size": f"{size}pt"},
            timestamp=int(datetime.fromisoformat(asked["date"]).replace(tzinfo=UTC).timestamp()),
        )
        if pages(made) <= PAGES[template]:
            break
    sys.stdout.buffer.write(made)
    return 0


def pages(made: bytes) -> int:
    """Return the number of pages of a PDF."""
    with pikepdf.open(io.BytesIO(made)) as document:
        return len(document.pages)


if __name__ == "__main__":
    sys.exit(main())
