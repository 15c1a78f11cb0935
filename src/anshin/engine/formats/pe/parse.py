"""Reads one PE file: the parser that `formats/parsers.yaml` names."""

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pe.behaviour import behaviours
from anshin.engine.formats.pe.carried import carried
from anshin.engine.formats.pe.dotnet import layout
from anshin.engine.formats.pe.facts import facts_of, tokens_of
from anshin.engine.formats.pe.image import read_image
from anshin.engine.formats.pe.overlay import MAX_EMBEDDED
from anshin.engine.formats.pe.program import Program, read_program
from anshin.engine.formats.pe.structure import note_structure
from anshin.engine.formats.pe.text import compiled
from anshin.engine.rules.catalogue import catalogue
from anshin.engine.unpack.member import Member, Problem

# A jailed worker opens no file: what the reader needs is read at import, before the fork, and shared by all workers.
behaviours()
layout()
compiled()


def parse(data: bytes, budget: Budget) -> Parsed:
    """Return what a PE file is made of and the signs that follow. Raises only `LimitHit`."""
    parsed = Parsed("pe")
    image = read_image(data)
    if image is None:
        parsed.sign("pe.malformed", "part headers")
        return parsed
    program = read_program(image, budget)
    note_structure(program, parsed)
    _abilities(program, parsed)
    for mark, at in program.marks.places.items():
        parsed.sign(f"pe.{mark}", offset=at)
    if program.imports.cut or program.resources.cut or (program.dotnet is not None and program.dotnet.cut):
        parsed.problems.append(Problem(gap="damaged", detail="part imports"))
    if len(program.embedded) >= MAX_EMBEDDED:
        parsed.problems.append(Problem(gap="members"))
    missing = [s for s in image.sections if s.raw_size and s.raw_at + s.raw_size > len(data)]
    if missing:
        parsed.problems.append(Problem(gap="damaged", detail="part sections"))
    for found in carried(program, budget):
        if isinstance(found, Member):
            parsed.members.append(found)
        else:
            parsed.problems.append(found)
    parsed.facts = facts_of(program)
    parsed.tokens = tokens_of(program)
    return parsed


def _abilities(program: Program, parsed: Parsed) -> None:
    known = catalogue()
    for ability in program.abilities:
        if f"pe.{ability}" in known:
            parsed.sign(f"pe.{ability}", "part imports")
