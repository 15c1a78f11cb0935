"""From what was read to signs of the catalogue; what several of them mean together is said there, not here."""

from dataclasses import dataclass

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.elf.code import TINY, system_calls
from anshin.engine.formats.elf.image import DYN, PF_X, PT_DYNAMIC, REL, Image
from anshin.engine.formats.elf.layout import Layout
from anshin.engine.formats.elf.linked import Linked
from anshin.engine.formats.markers import Marker, name_groups, sign_markers

KNOWN = "formats/elf/known.yaml"
WRITABLE_BY_ALL = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 -- folders of foreign programs, none of ours
APPENDED = 16 * 1024
SMALL = 128 * 1024
FEW_IMPORTS = 45
MANY_HOOKS = 6


@dataclass(frozen=True)
class Read:
    """All that was read of one file."""

    image: Image
    layout: Layout
    linked: Linked
    markers: dict[str, Marker]
    calls: dict[str, frozenset[str]]  # group of `known.yaml` -> functions of it that the file takes
    upx: int | None = None  # where the first packed block stands, in a file laid out as UPX does it


def groups() -> dict[str, frozenset[str]]:
    """Return the functions of the C library and the kernel by what they are for."""
    return name_groups(KNOWN)


def report(read: Read, parsed: Parsed) -> None:
    """Add every sign that the file has."""
    sign_markers("elf", read.markers, parsed)
    for sign in (_headers, _segments, _packing, _doings, _tiny, _hooks, _module, _small_client):
        sign(read, parsed)


def _headers(read: Read, parsed: Parsed) -> None:
    image, shape = read.image, read.layout
    if image.forged_ident:
        parsed.sign("elf.forged_header", "header e_ident", offset=4)
    if image.damage:
        parsed.sign("elf.malformed", f"header {image.damage[0]}")
    if shape.table_elsewhere:
        parsed.sign("elf.forged_sections", "header e_shoff", offset=image.section_table)
    if shape.entry_outside:
        parsed.sign("elf.entry_outside", "header e_entry")
    elif shape.entry_unsectioned and not shape.table_elsewhere:
        parsed.sign("elf.entry_unsectioned", "header e_entry", offset=image.offset_of(image.entry))
    if shape.program and not image.sections:
        parsed.sign("elf.no_sections", "header e_shnum")


def _segments(read: Read, parsed: Parsed) -> None:
    image, shape = read.image, read.layout
    if shape.writable_code:
        parsed.sign("elf.writable_code", "segment PT_LOAD")
    if shape.interpreter.startswith(WRITABLE_BY_ALL):
        parsed.sign("elf.loader_in_temporary_folder", "segment PT_INTERP")
    if any(folder.startswith(WRITABLE_BY_ALL) for folder in read.linked.search):
        parsed.sign("elf.library_path_in_temporary_folder", "segment PT_DYNAMIC")
    if shape.overlay > APPENDED and shape.program:
        parsed.sign("elf.appended_data", offset=image.end)


def _packing(read: Read, parsed: Parsed) -> None:
    image, shape = read.image, read.layout
    marked = "upx_mark" in read.markers
    if not shape.program or image.sections:
        if shape.program and shape.packed:
            parsed.sign("elf.packed", "segment PT_LOAD")
        return
    if marked:
        parsed.sign("elf.upx", offset=read.markers["upx_mark"].offset)
    if (read.upx is not None and not _marked(image, read.upx)) or ("upx_stub" in read.markers and not marked):
        parsed.sign("elf.upx_broken", offset=read.upx)
    if shape.packed:
        parsed.sign("elf.packed", "segment PT_LOAD")
        if not marked and read.upx is None and len(image.loads) <= 3:
            parsed.sign("elf.unknown_packer", "segment PT_LOAD")


def _marked(image: Image, start: int) -> bool:
    """Whether the marks and sizes are there that UPX itself needs for unpacking."""
    table = (64 + 56 * len(image.segments)) if image.bits == 2 else (52 + 32 * len(image.segments))
    head = image.data[table:start]  # l_info (12 bytes), then p_info: program id, file size, block size
    return head[4:8] == b"UPX!" and head[16:24] != bytes(8)


def _doings(read: Read, parsed: Parsed) -> None:
    shape = read.layout
    if shape.program and "memfd_create" in read.calls["memory"] | _words(read, "memory_path"):
        execs = read.calls["execute"] & {"fexecve", "execveat", "execve", "execv", "execl"}
        if execs or ("memory_path" in read.markers and not read.linked.dynamic):
            parsed.sign("elf.runs_from_memory", f"import {min(execs, default='memfd_create')}")
    if "own_path" in read.markers and read.calls["files"] & {"unlink", "unlinkat"}:
        parsed.sign("elf.removes_itself", "import unlink", offset=read.markers["own_path"].offset)
    if read.calls["crypto"] and read.calls["walk"] - {"closedir"} and read.calls["files"] & {"rename", "unlink"}:
        parsed.sign("elf.encrypts_folders", f"import {min(read.calls['crypto'])}")
    if "ptrace" in read.calls["processes"]:
        parsed.sign("elf.traces_processes", "import ptrace")


def _words(read: Read, marker: str) -> frozenset[str]:
    return frozenset({"memfd_create"}) if marker in read.markers else frozenset()


def _tiny(read: Read, parsed: Parsed) -> None:
    """Programs of a few hundred bytes: what shellcode generators make."""
    image = read.image
    if len(image.data) > TINY or image.segment(PT_DYNAMIC) is not None or not read.layout.program:
        return
    if read.layout.writable_code and not image.sections and len(image.loads) == 1:
        parsed.sign("elf.bare_code", "segment PT_LOAD", offset=image.loads[0].offset)
    code = b"".join(image.data[s.offset : s.end] for s in image.loads if s.flags & PF_X)
    calls = system_calls(code, image.machine)
    if "socket" in calls and {"execve", "dup2"} <= calls:
        parsed.sign("elf.bare_shell", "segment PT_LOAD")
    elif "socket" in calls and ({"connect"} <= calls or image.machine == 3) and calls & {"mmap", "mprotect"}:
        parsed.sign("elf.bare_loader", "segment PT_LOAD")


def _hooks(read: Read, parsed: Parsed) -> None:
    """A library that puts itself in front of the functions by which people see files, processes and users."""
    if read.image.kind != DYN or read.layout.program or "dlsym" not in read.linked.imports:
        return
    known = groups()
    exports = frozenset(read.linked.exports)
    listing = exports & known["listing"]
    if listing and len(exports) < 400:
        parsed.sign("elf.replaces_listing", f"function {min(listing)}")
        if "hides_processes" in read.markers and len(exports) < 40:
            parsed.sign("elf.hides_from_listing", f"function {min(listing)}")
    logins = exports & known["logins"]
    if listing and logins and len(exports) < 200:
        parsed.sign("elf.replaces_logins", f"function {min(logins)}")
    if len(exports & known["hooked"]) >= MANY_HOOKS and len(exports) < 400:
        parsed.sign("elf.replaces_many", f"function {min(exports & known['hooked'])}")


def _module(read: Read, parsed: Parsed) -> None:
    """Kernel modules."""
    image = read.image
    if image.kind != REL or image.section(".modinfo") is None:
        return
    parsed.sign("elf.kernel_module", "section .modinfo")
    known = groups()
    imports = frozenset(read.linked.imports)
    if hooks := imports & known["kernel_hooks"]:
        parsed.sign("elf.kernel_hooks", f"import {min(hooks)}")
    if rights := imports & {"commit_creds"}:
        parsed.sign("elf.kernel_grants_rights", f"import {min(rights)}")


def _small_client(read: Read, parsed: Parsed) -> None:
    """A small program that connects out and hands the line to a shell, and is good for nothing else."""
    image, linked = read.image, read.linked
    if not read.layout.program or not linked.dynamic or len(image.data) > SMALL or len(linked.imports) > FEW_IMPORTS:
        return
    network, execute = read.calls["network"], read.calls["execute"]
    runs = execute & {"execve", "execl", "execv", "execvp", "execlp", "execle"}
    if (
        "socket" in network
        and network & {"connect", "accept", "accept4"}
        and "dup2" in execute
        and runs
        and "shells" in read.markers
        and not read.calls["tools"]
    ):
        parsed.sign("elf.small_shell_client", f"import {min(runs)}")
