"""What our own YARA rules say of themselves, for the list of everything that the engine looks for."""

from dataclasses import dataclass

import yara_x

from anshin.engine.rules.compile import new_compiler, own_sources


@dataclass(frozen=True, slots=True)
class OwnRule:
    """One rule of ours; the linter sees to it that every value is there."""

    code: str  # as it stands in a verdict: rule.<name>
    file: str
    weight: float
    attack: tuple[str, ...]
    ja: str
    en: str
    reference: str


def own_rules() -> list[OwnRule]:
    """Return our rules in the order of their files."""
    found = []
    for file, source in own_sources():
        compiler = new_compiler()
        compiler.add_source(source, origin=file)
        found += [_own(rule, file) for rule in compiler.build()]
    return found


def _own(rule: yara_x.Rule, file: str) -> OwnRule:
    meta = dict(rule.metadata)
    return OwnRule(
        code=f"rule.{rule.identifier}",
        file=file,
        weight=float(meta["weight"]),
        attack=tuple(t.strip() for t in str(meta["attack"]).split(",") if t.strip()),
        ja=str(meta["ja"]),
        en=str(meta["en"]),
        reference=str(meta["reference"]),
    )
