"""Which formats a learned model judges; of the others a verdict says that rules alone decided.

No gap: such a file was scanned to its end. Needs neither numerics nor a model.
"""

from collections.abc import Iterator

from anshin.engine.verdict import Status, Verdict
from anshin.engine.wording import load_data


def family_of(kind: str) -> str | None:
    """Return the format family of a kind; None where there is no reader for it (archives, plain text, the unknown)."""
    if kind not in load_data("formats/parsers.yaml"):
        return None
    family: str = load_data("formats/families.yaml").get(kind, kind)
    return family


def rules_only(verdict: Verdict) -> bool:
    """Return whether this file's format has a reader and none of the models in use is for it."""
    family = family_of(verdict.type.kind)
    if family is None or verdict.status is Status.UNREADABLE:
        return False
    return family not in {name.rpartition("-")[0] for name in verdict.versions.model.split(",")}


def without_model(verdict: Verdict, within: str = "") -> Iterator[tuple[str, str]]:
    """Yield name and kind of the file and of everything in it that rules alone judged; names as places tell them."""
    name = f"{within}!{verdict.name}" if within else verdict.name
    if rules_only(verdict):
        yield name, verdict.type.kind
    for child in verdict.children:
        yield from without_model(child, name)
