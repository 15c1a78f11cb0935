"""Numbers and words for the learned model. None of them grows with the size of the file alone."""

from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.elf.image import (
    CORE,
    DYN,
    EXEC,
    PF_W,
    PF_X,
    PT_GNU_RELRO,
    PT_GNU_STACK,
    PT_NOTE,
    REL,
    SHF_EXECINSTR,
    SHF_WRITE,
)  # fmt: skip
from anshin.engine.formats.elf.signs import KNOWN, Read, groups
from anshin.engine.formats.measure import logged, share
from anshin.engine.wording import load_data

MOST_TOKENS = 3000


def add_facts(read: Read, parsed: Parsed) -> None:
    """Fill `facts` (names in `features/schemas/elf.yaml`) and `tokens`."""
    image, shape, linked = read.image, read.layout, read.linked
    size = len(image.data)
    machines, usual = load_data(KNOWN)["machines"], frozenset(load_data(KNOWN)["usual_sections"])
    stack = image.segment(PT_GNU_STACK)
    kinds = {"rel": REL, "exec": EXEC, "dyn": DYN, "core": CORE}
    mapped = sum(s.size for s in image.loads)
    facts: dict[str, float] = {
        **{f"type_{name}": image.kind == kind for name, kind in kinds.items()},
        **{f"machine_{name}": image.machine in numbers for name, numbers in machines.items()},
        "machine_other": not any(image.machine in numbers for numbers in machines.values()),
        "bits64": image.bits == 2,
        "big_endian": image.order == ">",
        "forged_ident": image.forged_ident,
        "damage": len(image.damage),
        "program": shape.program,
        "interpreter": bool(shape.interpreter),
        "interpreter_usual": shape.interpreter.startswith(("/lib", "/usr/lib")),
        "dynamic": linked.dynamic,
        "stripped": not linked.symbols,
        "no_sections": not image.sections,
        "segments": logged(len(image.segments)),
        "loads": logged(len(image.loads)),
        "sections": logged(len(image.sections)),
        "sections_unusual": share(
            sum(s.name not in usual and bool(s.name) for s in image.sections), len(image.sections)
        ),
        "sections_writable_code": sum(bool(s.flags & SHF_WRITE and s.flags & SHF_EXECINSTR) for s in image.sections),
        "sections_outside": share(sum(s.end > size for s in image.sections), len(image.sections)),
        "writable_code": shape.writable_code,
        "stack_runs": stack is not None and bool(stack.flags & PF_X),
        "stack_unsaid": stack is None,
        "relro": image.segment(PT_GNU_RELRO) is not None,
        "binds_now": linked.binds_now,
        "init_array": linked.init_array,
        "notes": image.segment(PT_NOTE) is not None,
        "build_id": image.section(".note.gnu.build-id") is not None,
        "compiler_named": image.section(".comment") is not None,
        "debug": any(s.name.startswith(".debug") for s in image.sections),
        "code_entropy": shape.code_entropy,
        "data_entropy": shape.data_entropy,
        "packed": shape.packed,
        "code_share": share(sum(s.size for s in image.loads if s.flags & PF_X), mapped),
        "writable_share": share(sum(s.size for s in image.loads if s.flags & PF_W), mapped),
        "memory_grows": logged(sum(s.memory for s in image.loads) / max(1, mapped)),
        "overlay_share": share(shape.overlay, size),
        "overlay_entropy": shape.overlay_entropy,
        "entry_outside": shape.entry_outside,
        "entry_unsectioned": shape.entry_unsectioned,
        "entry_share": share(image.offset_of(image.entry) or 0, size),
        "needed": logged(len(linked.needed)),
        "imports": logged(len(linked.imports)),
        "exports": logged(len(linked.exports)),
        "search_path": bool(linked.search),
        "hooked_exports": logged(len(groups()["hooked"] & frozenset(linked.exports))),
        **{f"calls_{name}": share(len(found), len(linked.imports)) for name, found in read.calls.items()},
        **{f"marks_{name}": logged(read.markers[name].count) if name in read.markers else 0.0 for name in COUNTED},
        "marks": logged(len(read.markers)),
    }
    parsed.facts = {name: float(value) for name, value in facts.items()}
    parsed.tokens = [
        *(f"needs {name.split('.so')[0]}" for name in linked.needed[:64]),
        *(f"takes {name}" for name in linked.imports[: MOST_TOKENS // 2]),
        *(f"gives {name}" for name in linked.exports[: MOST_TOKENS // 4]),
        *(f"section {s.name}" for s in image.sections[:64] if s.name),
        *(f"mark {name}" for name in read.markers),
        f"loader {shape.interpreter.rsplit('/', 1)[-1]}",
    ][:MOST_TOKENS]


COUNTED = ("links", "addresses", "shells", "own_path", "go", "rust")
"""Markers whose number of matches is a fact."""
