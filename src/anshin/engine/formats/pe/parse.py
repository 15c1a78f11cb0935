"""Reads one PE file: the parser that `formats/parsers.yaml` names."""

from anshin.engine.budget import Budget
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pe.carried import carried
from anshin.engine.formats.pe.facts import facts_of, tokens_of
from anshin.engine.formats.pe.image import read_image
from anshin.engine.formats.pe.program import Program, read_program
from anshin.engine.formats.pe.structure import note_structure
from anshin.engine.rules.catalogue import catalogue
from anshin.engine.unpack.member import Problem


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
    missing = [s for s in image.sections if s.raw_size and s.raw_at + s.raw_size > len(data)]
    if missing:
        parsed.problems.append(Problem(gap="damaged", detail="part sections"))
    parsed.members += carried(program, budget)
    parsed.facts = facts_of(program)
    parsed.tokens = tokens_of(program)
    return parsed


def _abilities(program: Program, parsed: Parsed) -> None:
    known = catalogue()
    for ability in program.abilities:
        if f"pe.{ability}" in known:
            parsed.sign(f"pe.{ability}", "part imports")
