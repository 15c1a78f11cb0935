"""What a program is able to do, by the functions that it asks for."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from anshin.engine.formats.pe.dotnet import DotNet
from anshin.engine.formats.pe.imports import Imports
from anshin.engine.wording import load_data


@cache
def behaviours() -> Any:
    """Return the table of sets and names."""
    return load_data("formats/pe/behaviours.yaml")


def plain(name: str) -> str:
    """Return the name of a function without the ending that tells its kind of text, and Zw as Nt."""
    if len(name) > 3 and name[-1] in "AW" and (name[-2].islower() or name.endswith(("ExA", "ExW"))):
        name = name[:-1]
    return f"Nt{name[2:]}" if name.startswith("Zw") else name


def functions(imports: Imports, dotnet: DotNet | None) -> frozenset[str]:
    """Return the plain names of all functions asked for, by the import table and by P/Invoke."""
    names = {plain(function) for _, function in imports.pairs()}
    if dotnet is not None:
        names |= {plain(function) for _, function in dotnet.native}
    return frozenset(names)


@cache
def _sets(table: str) -> dict[str, tuple[frozenset[str], ...]]:
    return {name: tuple(frozenset(line) for line in lines) for name, lines in behaviours()[table].items()}


def abilities(asked: frozenset[str], offered: Iterable[str], dotnet: DotNet | None) -> list[str]:
    """Return the names of all sets of which every line is met.

    A library that itself offers the functions of a set to others is a part of Windows (or of what stands in for it).
    """
    own = {plain(name) for name in offered}
    found = [
        name
        for name, lines in _sets("sets").items()
        if all(asked & line for line in lines) and not own & frozenset().union(*lines)
    ]
    if dotnet is not None:
        members = frozenset(dotnet.members)
        found += [name for name, lines in _sets("managed").items() if all(members & line for line in lines)]
    return found


def hides_injection(named: frozenset[str], asked: frozenset[str], offered: Iterable[str]) -> bool:
    """Whether the text names what injects code into others, while import and export table are silent about it."""
    hidden = named - asked - {plain(name) for name in offered}
    return all(hidden & set(line) for line in behaviours()["hidden"])


def obfuscator(names: Iterable[str]) -> str:
    """Return the mark of an obfuscator among the names of classes; empty without one."""
    text = "\n".join(names)
    return next((mark for mark in behaviours()["obfuscators"] if mark in text), "")


@cache
def _packers() -> dict[str, str]:
    return {name: packer for packer, names in behaviours()["packers"].items() for name in names}


def packer_of(sections: Iterable[str]) -> str:
    """Return the packer that names its sections so; empty without one."""
    table = _packers()
    return next((table[name] for name in sections if name in table), "")
