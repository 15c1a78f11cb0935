"""All that was read from one PE file, in one place; what the signs, the facts and the members are made from."""

from dataclasses import dataclass, field

import numpy as np

from anshin.engine.budget import Budget
from anshin.engine.features.content import entropy
from anshin.engine.formats.pe.behaviour import abilities, functions
from anshin.engine.formats.pe.details import Details, read_details
from anshin.engine.formats.pe.dotnet import DotNet, read_dotnet
from anshin.engine.formats.pe.exports import Exports, read_exports
from anshin.engine.formats.pe.image import Image
from anshin.engine.formats.pe.imports import Imports, read_imports
from anshin.engine.formats.pe.overlay import Overlay, embedded, read_overlay
from anshin.engine.formats.pe.resources import Resources, read_resources
from anshin.engine.formats.pe.signature import Signature, digest_matches, read_signature
from anshin.engine.formats.pe.text import Marks, find_marks

SAMPLED = 128 * 1024
"""Bytes of a section whose entropy is measured: of a longer one 32 pieces, evenly spread."""


@dataclass(slots=True)
class Program:
    """One PE file, read."""

    image: Image
    imports: Imports
    exports: Exports
    resources: Resources
    details: Details
    signature: Signature
    intact: bool | None  # whether the signed digest fits; None without one
    overlay: Overlay
    dotnet: DotNet | None
    asked: frozenset[str]  # functions of Windows, plain names
    abilities: list[str]
    marks: Marks
    embedded: list[tuple[int, int]] = field(default_factory=list)
    entropies: list[float] = field(default_factory=list)  # of the sections, in bits

    @property
    def native(self) -> bool:
        """Whether it is native code for Windows, not .NET, not firmware (subsystems 10 to 13)."""
        return self.dotnet is None and not 10 <= self.image.optional["subsystem"] <= 13


def read_program(image: Image, budget: Budget) -> Program:
    """Read everything; raises only `LimitHit`."""
    data = image.data
    imports, dotnet, signature = read_imports(image, budget), read_dotnet(image, budget), read_signature(image)
    asked = functions(imports, dotnet)
    budget.check_time()
    overlay, exports = read_overlay(image, signature), read_exports(image, budget)
    found = Program(
        image=image,
        imports=imports,
        exports=exports,
        resources=read_resources(image, budget),
        details=read_details(image),
        signature=signature,
        intact=digest_matches(image, signature) if signature.present else None,
        overlay=overlay,
        dotnet=dotnet,
        asked=asked,
        abilities=abilities(asked, exports.names, dotnet),
        marks=find_marks(data),
    )
    budget.check_time()
    inside = data[: overlay.at] if overlay.kind == "zip" else data  # a ZIP is taken apart on its own
    found.embedded = list(embedded(inside, budget))
    view = memoryview(data)
    spans = ((s.at, min(s.at, s.raw_at) + s.raw_size) for s in image.sections[:96])
    found.entropies = [measured(view[start:end]) for start, end in spans]
    return found


def measured(raw: memoryview | bytes) -> float:
    """Return the entropy in bits of bytes, of long ones from evenly spread pieces."""
    if not len(raw):
        return 0.0
    if len(raw) > SAMPLED:
        step = len(raw) // 32
        raw = b"".join(raw[at : at + 4096] for at in range(0, 32 * step, step))
    counts = np.bincount(np.frombuffer(raw, dtype=np.uint8), minlength=256)
    return entropy(counts / len(raw))
