"""Looks at an archive as a person sees it: which names it shows together, and which of them are made to deceive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from anshin.engine.names import base_name, shortened
from anshin.engine.unpack.member import Member, Problem, Sink
from anshin.engine.wording import load_data

SMALL = 12
"""Files of an archive that is made to be opened as a whole; a real product has more."""
MOST = 2_000
_DISKS = frozenset({"iso", "vhd", "vhdx", "disk"})
_TURNED = re.compile(r"\\u202[a-e]|\\u206[6-9]")
_SPACED = re.compile(r"[^\\/]{1,200}?\.\w{2,5}[\s _]{6,}\S{0,40}\.\w{2,5}$|\s{12,}\.?\w{2,5}$")
_LNK = b"L\0\0\0\x01\x14\x02\0"


@cache
def expression(name: str) -> re.Pattern[str]:
    """Return an expression of the word list."""
    return re.compile(load_data("unpack/survey.yaml")[name], re.IGNORECASE)


def deceiving(name: str) -> Iterator[str]:
    """Yield the codes of tricks in a (safe) name: of what is packed, and of what is attached to a mail."""
    plain = base_name(name)
    if _TURNED.search(name) and (expression("runs").search(plain) or _turned_ending(plain)):
        yield "archive.name_turned"
    if _SPACED.search(plain) and expression("runs").search(plain):
        yield "archive.name_spaces"
    if expression("lookalike").search(name):
        yield "archive.name_lookalike"
    if re.search(r"[^\\/:]{1,120}:[^\\/:]{1,120}$", name) and expression("runs").search(name):
        yield "archive.name_stream"
    if expression("startup").search(name) and (".." in name or ":" in name):
        yield "archive.startup"


def _turned_ending(name: str) -> bool:
    """Whether an ending that runs stands behind the sign, where it is shown turned around."""
    behind = re.split(r"\\u202e|\\u2067", name)[-1]
    return bool(re.search(r"\.(exe|scr|com|pif|js|vbs|hta|lnk|bat|cmd)\b", behind, re.IGNORECASE))


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    program: bool
    shortcut: bool
    hidden: bool
    locked: bool

    @property
    def script(self) -> bool:
        return bool(expression("script").search(self.name))


class Survey:
    """Passes on what an unpacker finds, and tells afterwards what the files mean together."""

    def __init__(self, kind: str, sink: Sink) -> None:
        """Watch an archive of this kind."""
        self._kind = kind
        self._sink = sink
        self._files: list[_File] = []
        self._names: set[str] = set()
        self._encrypted = 0

    def take(self, found: Member | Problem) -> None:
        """Take a member or a problem, and pass it on."""
        if isinstance(found, Problem):
            self._encrypted += found.gap == "encrypted"
            if found.gap == "encrypted" and found.name:
                self._names.add(shortened(found.name))
        elif len(self._files) < MOST and not found.name.startswith("("):
            head = found.content.read(0, 8)
            name = shortened(found.name)
            self._names.add(name)
            self._files.append(
                _File(
                    name,
                    head.startswith(b"MZ") or bool(expression("program").search(name)),
                    head.startswith(_LNK) or bool(expression("shortcut").search(name)),
                    found.hidden,
                    found.locked,
                )
            )
        self._sink(found)

    def close(self) -> None:
        """Tell what was noticed."""
        for code, name in dict.fromkeys(self._noticed()):
            self._sink(Problem(reason=code, name=name))

    def _noticed(self) -> Iterator[tuple[str, str]]:
        for name in sorted(self._names)[:MOST]:
            for code in deceiving(name):
                yield code, name
        yield from self._twins()
        if 0 < len(self._files) <= SMALL:
            yield from self._together()
        for file in self._files:
            if file.locked and (file.program or file.script or file.shortcut):
                yield "archive.locked_program", file.name
                break
        inner = next((f for f in self._files if f.locked and expression("archive").search(f.name)), None)
        if inner:
            yield "archive.locked_archive", inner.name

    def _together(self) -> Iterator[tuple[str, str]]:
        files = self._files
        shown = [f for f in files if not f.hidden]
        programs = [f for f in files if f.program or expression("library").search(f.name)]
        shortcut = next((f for f in shown if f.shortcut), None)
        hidden = next(
            (f for f in files if f.hidden and (f in programs or expression("any_script").search(f.name))), None
        )
        if shortcut and hidden:
            yield "archive.shortcut_to_hidden", shortcut.name
        elif shortcut and len(shown) == 1 == len(files):
            yield "archive.only_shortcut", shortcut.name
        elif shortcut and (programs or any(expression("any_script").search(f.name) for f in files)):
            yield "archive.shortcut_beside_program", shortcut.name
        if len(files) == 1 and files[0].script:
            yield "archive.only_script", files[0].name
        if len(shown) == 1 and shown[0].program and self._kind in _DISKS:
            yield "archive.disk_with_program", shown[0].name
        loaded = next((f for f in files if expression("side_loaded").search(f.name.replace("\\", "/"))), None)
        if loaded and len(programs) <= 3 and any(f.program and not expression("library").search(f.name) for f in files):
            yield "archive.borrowed_library", loaded.name

    def _twins(self) -> Iterator[tuple[str, str]]:
        """Look for a file and a folder of one name, the folder with something that runs (CVE-2023-38831)."""
        plain = {n.rstrip() for n in self._names if not n.endswith("/")}
        for name in self._names:
            folder, slash, inside = name.rpartition("/")
            if slash and folder.rstrip() in plain and expression("runs").search(inside.rstrip()):
                yield "archive.twin_folder", name
