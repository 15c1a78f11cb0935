"""Sets one paper: a JSON document on standard input, a PDF on standard output. Runs as a child with a time limit."""

import json
import sys
from datetime import UTC, datetime
from importlib.resources import files

import typst

TEMPLATES = ("firm", "customer")


def main() -> int:
    """Read, set, write. The paper's own date is the date of the result, so that the same input gives the same bytes."""
    asked = json.load(sys.stdin)
    template = asked["template"]
    if template not in TEMPLATES:
        raise ValueError(template)
    source = files("anshin.console.diagnosis.paper").joinpath(f"{template}.typ").read_bytes()
    made = typst.compile(
        source,
        format="pdf",
        font_paths=[asked["fonts"]],
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(asked["document"], ensure_ascii=False)},
        timestamp=int(datetime.fromisoformat(asked["date"]).replace(tzinfo=UTC).timestamp()),
    )
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
