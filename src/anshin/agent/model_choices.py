"""What was chosen about models on this PC: one small file, written in one step."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from anshin.agent.system.atomic import write_private
from anshin.wire.models import WantedModel

BUNDLED = "bundled"
"""Stands for the model that came with the engine, also where none did."""
KEPT = 3
"""Models of a family that are remembered as used, the present one among them."""


class Chosen(BaseModel):
    """One model that was in use; `sha256` is empty for what came with the engine."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: str
    sha256: str = ""


class Refused(BaseModel):
    """A package that is not used, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    version: str
    code: str


class Choices(BaseModel):
    """`choices.json`. Keys are format families; those of `refused` are hashes of packages."""

    model_config = ConfigDict(extra="forbid")

    wanted: dict[str, WantedModel] = {}  # by the console
    pinned: dict[str, str] = {}  # version, or BUNDLED; by a person at this PC, and stronger than the console
    used: dict[str, list[Chosen]] = {}  # oldest first; the last is the present one
    refused: dict[str, Refused] = {}

    def note_used(self, family: str, chosen: Chosen) -> None:
        """Remember that this model is in use now."""
        before = [one for one in self.used.get(family, []) if one != chosen]
        self.used[family] = [*before, chosen][-KEPT:]

    def before(self, family: str) -> Chosen | None:
        """Return what was in use before the present model, or None when nothing is known."""
        used = self.used.get(family, [])
        return used[-2] if len(used) > 1 else None

    def held(self) -> set[str]:
        """Return the hashes of all packages that may still be needed."""
        return {one.sha256 for used in self.used.values() for one in used} | {w.sha256 for w in self.wanted.values()}


def read_choices(path: Path) -> Choices:
    """Return what stands in the file; nothing chosen when it is missing or damaged: the engine's own models then judge.

    A damaged file loses pins, never protection.
    """
    try:
        return Choices.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Choices()


def write_choices(path: Path, choices: Choices) -> None:
    """Write the file whole."""
    write_private(path, choices.model_dump_json(indent=1).encode() + b"\n")
