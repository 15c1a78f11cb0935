"""Compiles the rules: ours and the user's. A broken user rule is refused by name and line while the others go on.

Compiling takes about 15 ms, so nothing is cached on disk: there is no file that somebody else could replace.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yara_x

from anshin.engine.names import safe_name

GLOBALS: dict[str, Any] = {"file_name": "", "file_kind": "", "is_member": False}
"""What rules may ask besides the bytes: base name in lower case, kind, and whether it lies in an archive."""
OWN = "anshin"
_RULE = re.compile(r"^[ \t]*(?:(?:private|global)\s+)*rule\s+(\w+)", re.MULTILINE)
MAX_RULE_FILE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RuleError:
    """A rule that was refused, or a whole file that could not be read."""

    path: str  # safe text
    line: int  # 0 where the file could not be read at all
    message: str
    rule: str = ""  # empty where the trouble stands before the first rule


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Compiled rules that can be sent to another process."""

    serialised: bytes
    version: str  # first 16 hex digits of the SHA-256 over all sources
    errors: tuple[RuleError, ...] = ()


def compile_rules(folders: Iterable[Path] = ()) -> RuleSet:
    """Compile our rules and every `*.yar` and `*.yara` below `folders`."""
    compiler = new_compiler()
    digest = hashlib.sha256()
    errors: list[RuleError] = []
    compiler.new_namespace(OWN)
    for name, source in own_sources():
        compiler.add_source(source, origin=name)
        digest.update(source.encode())
    for number, path in enumerate(user_files(folders)):
        try:
            text = read_source(path)
        except OSError as error:
            errors.append(RuleError(safe_name(path), 0, str(error)))
            continue
        compiler.new_namespace(f"user{number}")
        errors += add(compiler, text, safe_name(path))
        digest.update(text.encode())
    out = io.BytesIO()
    compiler.build().serialize_into(out)
    return RuleSet(out.getvalue(), digest.hexdigest()[:16], tuple(errors))


def new_compiler() -> yara_x.Compiler:
    """Return a compiler that knows what our rules may ask."""
    # without `include`, a rule file cannot pull another file into the compiler
    compiler = yara_x.Compiler(includes_enabled=False)
    for name, value in GLOBALS.items():
        compiler.define_global(name, value)
    return compiler


def own_sources() -> Iterator[tuple[str, str]]:
    """Yield name and text of our own rule files."""
    folder = files("anshin.engine.rules").joinpath("yara")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yar"):
            yield entry.name, entry.read_text(encoding="utf-8")


def user_files(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the rule files below `folders`, in order; a file may stand for a folder."""
    for folder in folders:
        if folder.is_file():
            yield folder
        else:
            yield from sorted(p for p in folder.rglob("*") if p.suffix in {".yar", ".yara"} and p.is_file())


def read_source(path: Path) -> str:
    """Return the text of a rule file; raises `OSError` with a sentence for what is none."""
    if path.stat().st_size > MAX_RULE_FILE:
        raise OSError("larger than 16 MiB")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise OSError(f"not UTF-8 text: {error}") from error


def add(compiler: yara_x.Compiler, source: str, origin: str) -> list[RuleError]:
    """Add a user's rules; return those that were left out. The compiler goes on behind a rule that it cannot take."""
    known = len(compiler.errors())
    try:
        compiler.add_source(source, origin=origin)
    except yara_x.CompileError:
        return [_refused(error, source, origin) for error in compiler.errors()[known:]]
    return []


def _refused(error: dict[str, Any], source: str, origin: str) -> RuleError:
    line = int(error.get("line") or 0)
    return RuleError(origin, line, str(error.get("title") or "cannot be compiled"), rule_at(source, line))


def rule_at(source: str, line: int) -> str:
    """Return the name of the rule that stands at a line, empty before the first."""
    above = "\n".join(source.split("\n")[:line])
    names = _RULE.findall(above)
    return str(names[-1]) if names else ""
