"""Numbers and words for the learned model, of the image with the most functions."""

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.macho.fat import Slices
from anshin.engine.formats.macho.image import BUNDLE, DYLIB, EXECUTE
from anshin.engine.formats.macho.signs import KNOWN, PACKED, Read
from anshin.engine.formats.measure import logged, share
from anshin.engine.wording import load_data

COUNTED = ("links", "addresses", "go", "rust", "runs_applescript")
PIE, NO_HEAP_RUN, ALLOW_STACK_RUN = 0x200000, 0x1000000, 0x20000
MOST_TOKENS = 3000


def add_facts(read: Read, slices: Slices, parsed: Parsed) -> None:
    """Fill `facts` (names in `features/schemas/macho.yaml`) and `tokens`."""
    image, signed = read.image, read.signed
    size = len(image.data)
    known = load_data(KNOWN)
    usual, weak = frozenset(known["usual_sections"]), frozenset(known["weak_rights"])
    mapped = sum(s.size for s in image.segments)
    facts: dict[str, float] = {
        **{f"machine_{name}": image.machine in numbers for name, numbers in known["machines"].items()},
        "slices": len(slices.images),
        "slices_other": len(slices.others),
        "slices_forged": slices.damaged or slices.overlapping,
        "type_execute": image.kind == EXECUTE,
        "type_dylib": image.kind == DYLIB,
        "type_bundle": image.kind == BUNDLE,
        "type_other": image.kind not in {EXECUTE, DYLIB, BUNDLE},
        "bits64": image.bits == 2,
        "pie": bool(image.flags & PIE),
        "no_heap_run": bool(image.flags & NO_HEAP_RUN),
        "stack_run": bool(image.flags & ALLOW_STACK_RUN),
        "damaged": image.damaged,
        "signed": signed.there,
        "signed_adhoc": signed.adhoc,
        "signed_by_developer": signed.by_developer,
        "hardened": signed.hardened,
        "rights": logged(len(signed.rights)),
        "rights_weak": len(weak & frozenset(signed.rights)),
        "commands": logged(len(image.commands)),
        "segments": logged(len(image.segments)),
        "sections": logged(len(image.sections)),
        "sections_unusual": share(sum(s not in usual for s in image.sections), len(image.sections)),
        "objc": any("__objc" in s for s in image.sections),
        "swift": any("swift" in s for s in image.sections),
        "dylibs": logged(len(image.dylibs)),
        "dylibs_system": share(sum(d.startswith(("/usr/lib/", "/System/")) for d in image.dylibs), len(image.dylibs)),
        "search_paths": logged(len(image.search)),
        "imports": logged(len(read.imports)),
        "exports": logged(len(read.exports)),
        "uuid": image.identified,
        "oldest_system": image.oldest_system >> 16,
        "platform_macos": image.platform == 1,
        "encrypted": image.encrypted,
        "writable_code": read.writable_code,
        "code_entropy": read.code_entropy,
        "data_entropy": read.data_entropy,
        "packed": read.code_entropy >= PACKED,
        "code_share": share(sum(s.size for s in image.segments if s.rights & 4), mapped),
        "memory_grows": logged(sum(s.memory for s in image.segments if s.name != "__PAGEZERO") / max(1, mapped)),
        "overlay_share": share(size - image.end, size),
        "entry_share": share(image.entry or 0, size),
        **{f"calls_{name}": share(len(found), len(read.imports)) for name, found in read.calls.items()},
        **{f"marks_{name}": logged(read.markers[name].count) if name in read.markers else 0.0 for name in COUNTED},
        "marks": logged(len(read.markers)),
    }
    parsed.facts = {name: float(value) for name, value in facts.items()}
    parsed.tokens = [
        *(f"needs {name.rsplit('/', 1)[-1]}" for name in image.dylibs[:128]),
        *(f"takes {name}" for name in sorted(read.imports)[: MOST_TOKENS // 2]),
        *(f"gives {name}" for name in sorted(read.exports)[: MOST_TOKENS // 4]),
        *(f"section {name}" for name in image.sections[:128]),
        *(f"right {name}" for name in signed.rights[:64]),
        *(f"mark {name}" for name in read.markers),
    ][:MOST_TOKENS]
