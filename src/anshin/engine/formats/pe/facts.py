"""Numbers and words of one program for the learned models. Sizes stand as ratios or on a logarithmic scale only."""

from collections import Counter
from math import log1p

from anshin.engine.formats.pe.behaviour import packer_of
from anshin.engine.formats.pe.image import EXECUTE, READ, WRITE
from anshin.engine.formats.pe.program import Program
from anshin.engine.formats.pe.structure import claims_microsoft, sealed_code

MAX_TOKENS = 4096
_MACHINES = {0x14C: "i386", 0x8664: "amd64", 0xAA64: "arm64", 0x1C4: "arm"}
_FLAGS = {"high_entropy_va": 0x20, "dynamic_base": 0x40, "force_integrity": 0x80, "nx": 0x100, "no_seh": 0x400,
          "appcontainer": 0x1000, "driver_model": 0x2000, "guard_cf": 0x4000, "terminal_server": 0x8000}  # fmt: skip


def facts_of(program: Program) -> dict[str, float]:
    """Return the facts; their names are those of `features/schemas/pe.yaml`."""
    return {
        **_headers(program),
        **_sections(program),
        **_tables(program),
        **_signature(program),
        **_carried(program),
        **_dotnet(program),
    }


def _headers(program: Program) -> dict[str, float]:
    image, optional = program.image, program.image.optional
    size = max(1, len(image.data))
    known = {f"machine_{n}": float(image.machine == m) for m, n in _MACHINES.items()}
    flags = {f"dll_{n}": float(bool(optional["dll_flags"] & bit)) for n, bit in _FLAGS.items()}
    section = image.section_at(optional["entry"])
    return {
        **known,
        **flags,
        "plus": float(image.plus),
        "is_dll": float(bool(image.flags & 0x2000)),
        "relocations_stripped": float(bool(image.flags & 1)),
        "debug_stripped": float(bool(image.flags & 0x200)),
        "subsystem_gui": float(optional["subsystem"] == 2),
        "subsystem_console": float(optional["subsystem"] == 3),
        "subsystem_native": float(optional["subsystem"] == 1),
        "subsystem_efi": float(10 <= optional["subsystem"] <= 13),
        "linker": optional["major_linker"] + optional["minor_linker"] / 100,
        "os_version": float(optional["major_os"]),
        "checksum_set": float(optional["checksum"] != 0),
        "code_share": min(4.0, optional["size_of_code"] / size),
        "image_ratio": log1p(optional["size_of_image"] / size),
        "directories": float(sum(1 for rva, _ in image.directories if rva)),
        "dos_stub": log1p(max(0, image.pe_at - 64)),
        "entry_zero": float(optional["entry"] == 0),
        "entry_outside": float(section is None),
        "entry_section": image.sections.index(section) / len(image.sections) if section else -1.0,
        "entry_depth": (optional["entry"] - section.start) / max(1, section.end - section.start) if section else -1.0,
    }


def _sections(program: Program) -> dict[str, float]:
    sections, bits = program.image.sections[:96], program.entropies
    used = [b for s, b in zip(sections, bits, strict=False) if s.raw_size]
    run = [b for s, b in zip(sections, bits, strict=False) if s.has(EXECUTE)]
    names = Counter(s.name for s in sections)
    return {
        "sections": log1p(len(sections)),
        "sections_empty": log1p(sum(1 for s in sections if not s.raw_size)),
        "sections_run": log1p(len(run)),
        "sections_writable": log1p(sum(1 for s in sections if s.has(WRITE))),
        "sections_write_run": log1p(sum(1 for s in sections if s.has(WRITE | EXECUTE))),
        "sections_unreadable": log1p(sum(1 for s in sections if not s.has(READ))),
        "sections_nameless": log1p(sum(1 for s in sections if not s.name)),
        "sections_same_name": log1p(len(sections) - len(names)),
        "entropy_highest": max(used, default=0.0),
        "entropy_lowest": min(used, default=0.0),
        "entropy_run": max(run, default=0.0),
        "entropy_mean": sum(used) / len(used) if used else 0.0,
        "grows_most": log1p(max((s.vsize / max(1, s.raw_size) for s in sections), default=0.0)),
        "packer": float(bool(packer_of(s.name for s in sections))),
        "code_encrypted": float(any(True for _ in sealed_code(program))),
    }


def _tables(program: Program) -> dict[str, float]:
    imports, exports, details = program.imports, program.exports, program.details
    delayed = [x for x in imports.libraries if x.delayed]
    numbered = sum(1 for _, name in imports.pairs() if name.startswith("#"))
    return {
        "libraries": log1p(len(imports.libraries)),
        "imports": log1p(imports.count),
        "imports_numbered": numbered / max(1, imports.count),
        "imports_delayed": sum(len(x.functions) for x in delayed) / max(1, imports.count),
        "imports_broken": float(imports.broken),
        "exports": log1p(exports.count),
        "exports_named": len(exports.names) / max(1, exports.count),
        "exports_forwarded": exports.forwarded / max(1, exports.count),
        "rich_pairs": log1p(len(details.rich)),
        "rich_odd": float(details.rich_odd),
        "rich_uses": log1p(sum(count for _, count in details.rich)),
        "pdb": float(bool(details.pdb)),
        "reproducible": float(details.reproducible),
        "debug_entries": log1p(details.debug_entries),
        "tls": float(details.tls),
        "tls_callbacks": log1p(details.tls_callbacks),
        "load_config": log1p(details.load_config),
        "guard": float(details.guard_flags != 0),
        "hidden_names": log1p(len(program.marks.names - program.asked)),
        "marks": log1p(len(program.marks.places)),
        "abilities": log1p(len(program.abilities)),
    }


def _signature(program: Program) -> dict[str, float]:
    signature, version = program.signature, program.resources.version
    return {
        "signed": float(signature.present),
        "signed_intact": float(program.intact is True),
        "signed_wrong": float(program.intact is False),
        "signed_twice": float(len(signature.signed) > 1),
        "signed_self": float(signature.self_signed),
        "signed_time": float(any(s.countersigned for s in signature.signed)),
        "certificates": log1p(sum(len(s.certificates) for s in signature.signed)),
        "signed_padding": log1p(signature.padding),
        "version_fields": log1p(len(version)),
        "version_company": float("CompanyName" in version),
        "claims_microsoft": float(claims_microsoft(program)),
    }


def _carried(program: Program) -> dict[str, float]:
    leaves, overlay = program.resources.leaves, program.overlay
    size = max(1, len(program.image.data))
    kinds = Counter(leaf.type for leaf in leaves)
    languages = {leaf.language for leaf in leaves}
    return {
        "resources": log1p(len(leaves)),
        "resource_types": log1p(len(kinds)),
        "resource_languages": log1p(len(languages)),
        "resource_share": sum(leaf.size for leaf in leaves) / size,
        "resource_largest": max((leaf.size for leaf in leaves), default=0) / size,
        "resource_icons": log1p(kinds["group_icon"]),
        "resource_data": log1p(kinds["rcdata"]),
        "resource_dialogs": log1p(kinds["dialog"]),
        "resource_broken": float(program.resources.broken),
        "manifest": float(bool(kinds["manifest"])),
        "manifest_administrator": float(program.resources.level == "requireAdministrator"),
        "overlay_share": overlay.size / size,
        "overlay_known": float(bool(overlay.kind)),
        "installer": float(overlay.kind in {"nsis", "inno", "7z-sfx", "pyinstaller"}),
        "embedded": log1p(len(program.embedded)),
        "embedded_share": sum(n for _, n in program.embedded) / size,
    }


def _dotnet(program: Program) -> dict[str, float]:
    dotnet = program.dotnet
    if dotnet is None:
        return {"dotnet": 0.0}
    types = max(1, len(dotnet.types))
    return {
        "dotnet": 1.0,
        "net_mixed": float(not dotnet.flags & 1),
        "net_strong_name": float(bool(dotnet.flags & 8)),
        "net_types": log1p(dotnet.rows.get(2, 0)),
        "net_methods": log1p(dotnet.rows.get(6, 0)),
        "net_references": log1p(dotnet.rows.get(1, 0)),
        "net_members": log1p(dotnet.rows.get(10, 0)),
        "net_native": log1p(dotnet.rows.get(28, 0)),
        "net_resources": log1p(len(dotnet.resources)),
        "net_resource_share": sum(n for *_, n in dotnet.resources) / max(1, len(program.image.data)),
        "net_streams": float(len(dotnet.streams)),
        "net_streams_odd": float(any(s not in {"#~", "#Strings", "#US", "#GUID", "#Blob"} for s in dotnet.streams)),
        "net_short_names": sum(1 for n in dotnet.types if len(n) <= 2) / types,
        "net_odd_names": sum(1 for n in dotnet.types if not n.isascii()) / types,
        "net_broken": float(dotnet.broken),
    }


def tokens_of(program: Program) -> list[str]:
    """Return words: functions asked for, sections, resources, names of .NET, marks. 4,096 at most."""
    image, dotnet = program.image, program.dotnet
    words = [f"section {s.name.lower()}" for s in image.sections[:96]]
    words += [f"resource {t}" for t in sorted({leaf.type for leaf in program.resources.leaves})]
    words += [f"mark {m}" for m in sorted(program.marks.places)]
    words += [f"ability {a}" for a in program.abilities]
    words += [f"hidden {n}" for n in sorted(program.marks.names - program.asked)]
    words += [f"rich {tool >> 16}" for tool, _ in program.details.rich[:64]]
    words += [f"library {x.name.lower()}" for x in program.imports.libraries[:256]]
    words += [f"{library}!{function}" for library, function in program.imports.pairs()][:2048]
    if dotnet is not None:
        words += [f"{library}!{function}" for library, function in dotnet.native][:256]
        words += [f"type {t}" for t in dotnet.references[:768]] + [f"member {m}" for m in dotnet.members[:1024]]
    words += [f"export {e}" for e in program.exports.names[:256]]
    return words[:MAX_TOKENS]
