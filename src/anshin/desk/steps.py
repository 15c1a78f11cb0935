"""First steps in plain words: playbooks are data, and every step names its rule, its version and its source.

A playbook is one YAML file in `playbooks/`. It answers one outcome of a detection with exactly three steps.
"""

import datetime as dt
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

SCHEMA_VERSION: Final = 1
FIRST_STEPS: Final = 3
"""How many steps a person in trouble is asked to take at first."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=600, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,58}$")]
Outcome = Literal["blocked", "not_blocked", "suspicious"]


M = TypeVar("M", bound=BaseModel)


class PlaybookError(ValueError):
    """A playbook cannot be used. The message names the file, the field, and what is wrong with it."""


class Frozen(BaseModel):
    """Base of every part: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Frozen):
    """The same sentence in both languages."""

    ja: Words
    en: Words

    def text(self, language: str) -> str:
        """Return the sentence in `language` ("ja", or anything else for English)."""
        return self.ja if language.startswith("ja") else self.en


class Source(Frozen):
    """Public guidance that a playbook restates in its own words."""

    publisher: Bilingual
    title: Bilingual
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")] | None = None


class Step(Frozen):
    """One thing to do now: what, why, what to leave alone, and whom to call."""

    schema_version: Literal[1] = SCHEMA_VERSION
    code: Code
    rule: str  # "<playbook id>.<step code>"
    version: str  # of the playbook
    title: Bilingual
    what: Bilingual
    why: Bilingual
    do_not: Bilingual
    call: Bilingual
    source: Source


class Playbook(Frozen):
    """The first response to one outcome."""

    schema_version: Literal[1] = SCHEMA_VERSION
    id: Code
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+$")]
    date: dt.date
    outcome: Outcome
    urgency: Literal["urgent", "attention"]
    title: Bilingual  # what happened
    stopped: Bilingual  # whether the danger is over
    steps: Annotated[tuple[Step, ...], Field(min_length=FIRST_STEPS, max_length=FIRST_STEPS)]

    @model_validator(mode="after")
    def _one_code_once(self) -> "Playbook":
        codes = [step.code for step in self.steps]
        if len(set(codes)) != len(codes):
            raise ValueError("two steps have the same code")
        return self


class _Written(Frozen):
    """A playbook as its file has it: steps name a source by key, and take rule and version from the playbook."""

    id: Code
    sources: dict[Code, Source]
    steps: list[dict[str, Any]]
    version: str


def parse_playbook(text: str, *, name: str) -> Playbook:
    """Return the playbook written in `text`. Raises PlaybookError naming the file `name` and the field."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PlaybookError(f"{name}: not readable as YAML: {error}") from error
    if not isinstance(raw, dict):
        raise PlaybookError(f"{name}: must be a mapping of fields")
    written = _checked(_Written, {key: raw[key] for key in ("id", "sources", "steps", "version") if key in raw}, name)
    steps = []
    for number, step in enumerate(written.steps):
        source = written.sources.get(str(step.get("source")))
        if source is None:
            raise PlaybookError(f"{name}: steps.{number}.source: {step.get('source')!r} is not one of its sources")
        steps.append({**step, "source": source, "rule": f"{written.id}.{step.get('code')}", "version": written.version})
    return _checked(Playbook, {**{key: raw[key] for key in raw if key != "sources"}, "steps": steps}, name)


def _checked(model: type[M], content: dict[str, Any], name: str) -> M:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise PlaybookError(f"{name}: {where}: {first['msg']}") from error


def load_playbooks(folder: Traversable | Path) -> dict[str, Playbook]:
    """Return the playbooks of `folder` by outcome. Raises PlaybookError when one is broken or two answer the same."""
    found: dict[str, Playbook] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".yaml"):
            continue
        playbook = parse_playbook(file.read_text(encoding="utf-8"), name=file.name)
        if f"{playbook.id}.yaml" != file.name:
            raise PlaybookError(f"{file.name}: id: is {playbook.id!r}, but the file must be named after it")
        if playbook.outcome in found:
            raise PlaybookError(
                f"{file.name}: outcome: {found[playbook.outcome].id} answers {playbook.outcome!r} already"
            )
        found[playbook.outcome] = playbook
    return found


@cache
def playbooks() -> dict[str, Playbook]:
    """Return the playbooks that come with Anshin, by outcome."""
    return load_playbooks(resources.files("anshin.desk") / "playbooks")


def playbook_for(outcome: str) -> Playbook:
    """Return the playbook for `outcome`. Raises PlaybookError when none answers it."""
    try:
        return playbooks()[outcome]
    except KeyError:
        raise PlaybookError(f"no playbook answers the outcome {outcome!r}") from None
