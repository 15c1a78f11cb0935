"""Writes what honest files were scanned, and how many of them raised an alarm, into the documentation."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from benchmarks.engine.bound import upper

NAME = "false-alarms"


def write_pages(document: Mapping[str, Any], docs: Path) -> None:
    """Write the page in both languages out of what the benchmark found."""
    words = yaml.safe_load(Path(__file__).with_name("page.yaml").read_text(encoding="utf-8"))
    for language in ("ja", "en"):
        text = {key: value[language] for key, value in words.items()}
        (docs / "reference" / f"{NAME}.{language}.md").write_text(page(document, text), encoding="utf-8")


def page(document: Mapping[str, Any], text: Mapping[str, str]) -> str:
    """Return one page."""
    kinds: dict[str, dict[str, Any]] = document["alarms"]
    total = sum(row["files"] for row in kinds.values())
    alarms = [alarm for row in kinds.values() for alarm in row["alarms"]]
    head = text["head"].format(folders="`, `".join(document["folders"]), total=f"{total:,}", date=document["date"])
    lines = [f"# {text['title']}", "", head, text["columns"], "|---|---|---|---|---|"]
    for kind, row in sorted(kinds.items(), key=lambda pair: (-pair[1]["files"], pair[0])):
        gaps = ", ".join(f"{name} {count}" for name, count in sorted(row["gaps"].items()))
        lines.append(f"| {kind} | {row['files']:,} | {len(row['alarms'])} | {row['upper_95']:.4%} | {gaps} |")
    lines.append(f"| **{text['all']}** | {total:,} | {len(alarms)} | {upper(len(alarms), total):.4%} | |")
    lines += ["", text["none"] if not alarms else f"## {text['found']}", ""]
    lines += [f"- `{alarm}`" for alarm in alarms]
    return "\n".join(lines).rstrip() + "\n"
