"""What is wrong with rule files: what keeps a rule from being used, and what makes it worse than it could be."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from anshin.engine.names import safe_name
from anshin.engine.rules.compile import add, new_compiler, own_sources, read_source, user_files

Level = Literal["error", "warning"]
_TECHNIQUES = re.compile(r"^(T\d{4}(\.\d{3})?(\s*,\s*T\d{4}(\.\d{3})?)*)?$")
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
WANTED = ("author", "date", "reference", "ja", "en", "attack", "weight")
"""What every rule of ours says of itself under `meta`."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to mend."""

    path: str  # safe text
    line: int  # 0: the file as a whole
    rule: str
    level: Level
    message: str


def lint_own() -> list[Remark]:
    """Return what is wrong with our own rules: everything is an error."""
    return [remark for name, source in own_sources() for remark in _source(name, source, level="error")]


def lint_files(folders: Iterable[Path]) -> tuple[int, list[Remark]]:
    """Return the number of rule files, and what is wrong with them.

    Errors are what keeps a rule from being used.
    """
    count, remarks = 0, []
    for path in user_files(folders):
        count += 1
        name = safe_name(path)
        try:
            source = read_source(path)
        except OSError as error:
            remarks.append(Remark(name, 0, "", "error", str(error)))
            continue
        remarks += _source(name, source, level="warning")
    return count, remarks


def _source(path: str, source: str, *, level: Level) -> Iterator[Remark]:
    compiler = new_compiler()
    for refused in add(compiler, source, path):
        yield Remark(path, refused.line, refused.rule, "error", refused.message)
    for warning in compiler.warnings():
        yield Remark(path, int(warning.get("line") or 0), "", level, str(warning.get("title")))
    for rule in compiler.build():
        line = _line_of(source, rule.identifier)
        for message in _meta(dict(rule.metadata)):
            yield Remark(path, line, rule.identifier, level, message)


def _line_of(source: str, rule: str) -> int:
    found = re.search(rf"\brule\s+{re.escape(rule)}\b", source)
    return source.count("\n", 0, found.start()) + 1 if found else 0


def _meta(meta: dict[str, Any]) -> Iterator[str]:
    missing = [name for name in WANTED if name not in meta]
    if missing:
        yield f"meta lacks {', '.join(missing)}"
    weight = meta.get("weight", 0.5)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight <= 1:
        yield f"weight is {weight!r}; write a number from 0 to 1 (from 0.5 suspicious, from 0.9 malicious)"
    if not _TECHNIQUES.match(str(meta.get("attack", ""))):
        yield f"attack is {meta['attack']!r}; write ATT&CK ids such as T1059.001, parted by commas"
    if "date" in meta and not _is_date(meta["date"]):
        yield f"date is {meta['date']!r}; write it as 2026-11-25"
    if "reference" in meta and not str(meta["reference"]).startswith(("https://", "http://")):
        yield "reference is no address; write where the trick is described, from https:// on"
    if "ja" in meta and not (_JAPANESE.search(str(meta["ja"])) and str(meta["ja"]).endswith("。")):
        yield "ja is not a Japanese sentence that ends with 。"
    if "en" in meta and not str(meta["en"]).endswith("."):
        yield "en is not a sentence that ends with a full stop"


def _is_date(value: object) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True
