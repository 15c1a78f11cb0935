"""From what was read to signs of the catalogue."""

from dataclasses import dataclass

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.macho.image import RUN, THREAD, WRITE, Image
from anshin.engine.formats.macho.signed import Signed
from anshin.engine.formats.markers import Marker, name_groups
from anshin.engine.formats.measure import entropy_of
from anshin.engine.wording import load_data

KNOWN = "formats/macho/known.yaml"
PACKED = 7.2
"""Bits per byte from which code counts as packed."""
APPENDED = 16 * 1024
SMALL = 128 * 1024
FEW_IMPORTS = 45


@dataclass(frozen=True)
class Read:
    """All that was read of one image."""

    image: Image
    signed: Signed
    imports: frozenset[str]
    exports: frozenset[str]
    calls: dict[str, frozenset[str]]
    code_entropy: float
    data_entropy: float
    markers: dict[str, Marker]  # of the whole file

    @property
    def writable_code(self) -> bool:
        """Whether a segment may be written and run."""
        return any(s.rights & WRITE and s.rights & RUN for s in self.image.segments if s.memory)


def entropies(image: Image) -> tuple[float, float]:
    """Return the highest entropy of a segment that runs and of one that does not, link tables left out."""
    code = data = 0.0
    for one in image.segments[:32]:
        if one.size < 4096 or one.name == "__LINKEDIT":
            continue
        value = entropy_of(image.data, one.offset, one.end)
        if one.rights & RUN:
            code = max(code, value)
        else:
            data = max(data, value)
    return code, data


def groups() -> dict[str, frozenset[str]]:
    """Return functions by what they are for."""
    return name_groups(KNOWN)


def report(read: Read, start: int, parsed: Parsed) -> None:
    """Add the signs of one image that begins at `start` of the file."""
    image = read.image
    if image.damaged:
        parsed.sign("macho.malformed", "header load commands", offset=start)
    if read.writable_code:
        parsed.sign("macho.writable_code", "segment W+X", offset=start)
    if image.encrypted:
        parsed.sign("macho.encrypted", "header LC_ENCRYPTION_INFO", offset=start)
    if image.program:
        _program(read, start, parsed)
        _small_client(read, start, parsed)
    weak = frozenset(load_data(KNOWN)["weak_rights"]) & frozenset(read.signed.rights)
    if len(weak) >= 3:
        parsed.sign("macho.weak_rights", f"key {min(weak)}", offset=start)
    if "CGEventTapCreate" in read.calls["screen"] and read.calls["network"]:
        parsed.sign("macho.watches_keys", "import CGEventTapCreate", offset=start)
    if "AuthorizationExecuteWithPrivileges" in read.calls["rights"]:
        parsed.sign("macho.asks_for_rights", "import AuthorizationExecuteWithPrivileges", offset=start)
    if read.calls["memory"] & {"NSCreateObjectFileImageFromMemory", "NSLinkModule"}:
        parsed.sign("macho.runs_from_memory", "import NSCreateObjectFileImageFromMemory", offset=start)


def _program(read: Read, start: int, parsed: Parsed) -> None:
    image = read.image
    if not read.signed.there:
        parsed.sign("macho.unsigned", offset=start)
    elif not read.signed.by_developer:
        parsed.sign("macho.self_signed", offset=start + image.signature[0])
    packed = read.code_entropy >= PACKED
    if packed:
        parsed.sign("macho.packed", "segment __TEXT", offset=start)
    if "upx_mark" in read.markers:
        parsed.sign("macho.upx", offset=read.markers["upx_mark"].offset)
    if len(image.data) - image.end > APPENDED:
        parsed.sign("macho.appended_data", offset=start + image.end)
    code = [s for s in image.segments if s.rights & RUN and s.size]
    entry = None if THREAD in image.commands else image.entry
    if entry is not None and code and not any(s.offset <= entry < s.end for s in code):
        parsed.sign("macho.entry_outside", "header LC_MAIN", offset=start)


def _small_client(read: Read, start: int, parsed: Parsed) -> None:
    """A small program that connects out and hands the line to a shell, and is good for nothing else."""
    network, execute = read.calls["network"], read.calls["execute"]
    if len(read.image.data) > SMALL or len(read.imports) > FEW_IMPORTS:
        return
    runs = execute & {"execve", "execl", "execv", "execvp", "execlp", "posix_spawn"}
    if (
        "socket" in network
        and network & {"connect", "accept"}
        and "dup2" in execute
        and runs
        and "shells" in read.markers
    ):
        parsed.sign("macho.small_shell_client", f"import {min(runs)}", offset=start)
