"""Compiles the rules: ours and the user's. A broken user file is refused by name and line while the others go on.

Compiling takes about 15 ms, so nothing is cached on disk: there is no file that somebody else could replace.
"""

import hashlib
import io
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
MAX_RULE_FILE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RuleError:
    """A rule file that was refused."""

    path: str  # safe text
    line: int  # 0 where the file could not be read at all
    message: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Compiled rules that can be sent to another process."""

    serialised: bytes
    version: str  # first 16 hex digits of the SHA-256 over all sources
    errors: tuple[RuleError, ...] = ()


def compile_rules(folders: Iterable[Path] = ()) -> RuleSet:
    """Compile our rules and every `*.yar` and `*.yara` below `folders`."""
    compiler = _compiler()
    digest = hashlib.sha256()
    errors: list[RuleError] = []
    compiler.new_namespace(OWN)
    for name, source in _own_sources():
        compiler.add_source(source, origin=name)
        digest.update(source.encode())
    for number, path in enumerate(_user_files(folders)):
        try:
            text = _read_checked(path)
        except _RefusedError as refused:
            errors.append(refused.error)
            continue
        compiler.new_namespace(f"user{number}")
        compiler.add_source(text, origin=safe_name(path))
        digest.update(text.encode())
    out = io.BytesIO()
    compiler.build().serialize_into(out)
    return RuleSet(out.getvalue(), digest.hexdigest()[:16], tuple(errors))


def _compiler() -> yara_x.Compiler:
    # without `include`, a rule file cannot pull another file into the compiler
    compiler = yara_x.Compiler(includes_enabled=False)
    for name, value in GLOBALS.items():
        compiler.define_global(name, value)
    return compiler


def _own_sources() -> Iterator[tuple[str, str]]:
    folder = files("anshin.engine.rules").joinpath("yara")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".yar"):
            yield entry.name, entry.read_text(encoding="utf-8")


def _user_files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        if folder.is_file():
            yield folder
        else:
            yield from sorted(p for p in folder.rglob("*") if p.suffix in {".yar", ".yara"} and p.is_file())


class _RefusedError(Exception):
    def __init__(self, path: Path, line: int, message: str) -> None:
        super().__init__(message)
        self.error = RuleError(safe_name(path), line, message)


def _read_checked(path: Path) -> str:
    """Return the source after compiling it alone, so that half of a broken file is never taken over."""
    try:
        if path.stat().st_size > MAX_RULE_FILE:
            raise _RefusedError(path, 0, "larger than 16 MiB")
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _RefusedError(path, 0, str(error)) from error
    trial = _compiler()
    try:
        trial.add_source(source, origin=safe_name(path))
        trial.build()
    except yara_x.CompileError as error:
        first: dict[str, Any] = next(iter(trial.errors()), {})
        raise _RefusedError(path, int(first.get("line") or 0), str(first.get("title") or error)) from error
    return source
