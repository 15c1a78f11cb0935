"""The learned models of this PC: what is held, what may be used, what is in use, and the last good one before it.

Nothing is used before its signature, its hash and the engine's version were checked, at every start anew. A package
that fails stays unused with the reason, and the model before it goes on judging.
"""

import base64
import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from anshin.agent.errors import AgentError, Conflict
from anshin.agent.model_choices import BUNDLED, Choices, Chosen, Refused, read_choices, write_choices
from anshin.agent.system.atomic import sync_folder, write_private
from anshin.agent.system.locks import Locked, lock
from anshin.engine.errors import ModelError
from anshin.engine.models import ModelPackage, read_package
from anshin.engine.models.bundle import bundled
from anshin.engine.models.package import SUFFIX, key_id
from anshin.wire.models import WantedModel

_log = logging.getLogger("anshin.agent.models")
_LOCK_SECONDS = 10.0
_FROM_CONSOLE = "console-"
"""Begins the names of keys that came from the console; others were put there by hand."""


class Engine(Protocol):
    """What the store asks of the engine."""

    def set_models(self, models: tuple[ModelPackage, ...]) -> None:
        """Judge by these from the next file on, or raise and keep the old ones."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """One model as a person sees it. `came_with` says that it is part of the engine."""

    family: str
    version: str
    sha256: str
    in_use: bool
    came_with: bool
    pinned: bool
    wanted: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """The models to judge by, in the order of their families, and what each family is chosen to be."""

    packages: tuple[ModelPackage, ...]
    chosen: Mapping[str, Chosen]
    refused: Mapping[str, Refused] = field(default_factory=dict)


class ModelStore:
    """The folder `models` in the state folder. The agent and the command line may both have it open."""

    def __init__(self, root: Path, came_with: Iterable[ModelPackage] | None = None) -> None:
        self._root = root
        self._packages, self._incoming, self._trusted = (root / n for n in ("packages", "incoming", "trusted"))
        for folder in (root, self._packages, self._incoming, self._trusted):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._bundled = {p.manifest.family: p for p in (bundled() if came_with is None else came_with)}
        self._loaded: tuple[str, ...] | None = tuple(p.sha256 for _, p in sorted(self._bundled.items()))

    # what is chosen

    def choices(self) -> Choices:
        """Return what was chosen, as it stands on the disk now."""
        return read_choices(self._root / "choices.json")

    @contextmanager
    def _changing(self) -> Iterator[Choices]:
        """Change the choices; the command line and the agent wait for each other. Raises Conflict."""
        try:
            with lock(self._root / "models.lock", wait_seconds=_LOCK_SECONDS):
                choices = self.choices()
                before = choices.model_dump_json()
                yield choices
                if choices.model_dump_json() != before:
                    write_choices(self._root / "choices.json", choices)
        except Locked as error:
            raise Conflict("models_busy", folder=self._root) from error

    def begin(self) -> None:
        """Forget at the agent's start what was refused before: a key or a newer engine may have come meanwhile."""
        with self._changing() as choices:
            choices.refused = {}

    def want(self, wanted: Iterable[WantedModel]) -> None:
        """Take over what the console wants for this device."""
        with self._changing() as choices:
            choices.wanted = {one.family: one for one in wanted}
            needed = {one.sha256 for one in choices.wanted.values()} | choices.held()
            choices.refused = {sha256: why for sha256, why in choices.refused.items() if sha256 in needed}

    def pin(self, family: str, version: str | None) -> None:
        """Hold a family at a version that is on this PC, or at BUNDLED; None lets the console decide again.

        Raises AgentError when the version is not here.
        """
        known = {(row.family, row.version) for row in self.rows()}
        if version is not None and version != BUNDLED and (family, version) not in known:
            there = ", ".join(sorted(v for f, v in known if f == family)) or "-"
            raise AgentError("model_not_held", family=family, version=version, there=there)
        with self._changing() as choices:
            if version is None:
                choices.pinned.pop(family, None)
            else:
                choices.pinned[family] = version

    def roll_back(self, family: str) -> str:
        """Go back to the model before the present one and hold it there; return its version.

        Raises AgentError when there is none.
        """
        before = self.choices().before(family)
        if before is None:
            raise AgentError("model_nothing_before", family=family)
        version = before.version if before.sha256 else BUNDLED
        self.pin(family, version)
        return version

    # keys

    def keys(self) -> dict[str, bytes]:
        """Return the public keys that are trusted here besides those of the engine, by key id."""
        found = {}
        for path in sorted(self._trusted.glob("*.pub")):
            try:
                raw = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
            except (OSError, ValueError):
                _log.warning("%s is not a public key and is left aside", path)
                continue
            if len(raw) == 32:
                found[key_id(raw)] = raw
        return found

    def trust_first(self, keys: Iterable[str]) -> None:
        """Keep the provider's public keys when none is kept yet: whoever speaks later cannot add one.

        Another key is put into the folder `models/trusted` by hand, or comes with a new enrolment.
        """
        if any(self._trusted.glob("*.pub")):
            return
        for text in keys:
            name = f"{_FROM_CONSOLE}{key_id(base64.b64decode(text))}.pub"
            write_private(self._trusted / name, text.encode() + b"\n")

    def forget_console(self) -> None:
        """Forget the keys and the wishes of the console: the device is enrolled with another one now."""
        for path in self._trusted.glob(f"{_FROM_CONSOLE}*.pub"):
            path.unlink(missing_ok=True)
        with self._changing() as choices:
            choices.wanted, choices.refused = {}, {}

    # packages

    def missing(self) -> list[WantedModel]:
        """Return what the console wants and this PC neither holds nor has refused."""
        choices = self.choices()
        return [
            one
            for family, one in sorted(choices.wanted.items())
            if one.sha256 not in choices.refused
            and not self._path(one.sha256).exists()
            and self._sha_bundled(family) != one.sha256
        ]

    def received(self, wanted: WantedModel) -> int:
        """Return how many bytes of a package are here already."""
        try:
            return self._part(wanted).stat().st_size
        except FileNotFoundError:
            return 0

    def add(self, wanted: WantedModel, offset: int, data: bytes) -> None:
        """Append the next bytes of a package. Raises AgentError when they do not follow, or are too many."""
        if not data or offset != self.received(wanted) or offset + len(data) > wanted.size:
            self._part(wanted).unlink(missing_ok=True)
            raise AgentError("model_part_wrong", family=wanted.family, version=wanted.version)
        with self._part(wanted).open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def finish(self, wanted: WantedModel) -> bool:
        """Check a package that is here whole and keep it; False, with the reason kept, when it must not be used."""
        part = self._part(wanted)
        data = part.read_bytes()
        code = self._fault(data, wanted)
        if code:
            part.unlink(missing_ok=True)
            self._refuse({wanted.sha256: Refused(family=wanted.family, version=wanted.version, code=code)})
            return False
        part.replace(self._path(wanted.sha256))
        sync_folder(self._packages)
        return True

    def _fault(self, data: bytes, wanted: WantedModel) -> str:
        """Return the code of what is wrong with a package, or ""."""
        if hashlib.sha256(data).hexdigest() != wanted.sha256:
            return "damaged"
        try:
            package = read_package(data, self.keys())
        except ModelError as error:
            return error.code
        named = (package.manifest.family, package.manifest.version) == (wanted.family, wanted.version)
        return "" if named else "files_differ"

    def _refuse(self, refused: Mapping[str, Refused]) -> None:
        for one in refused.values():
            _log.warning("the model %s-%s is not used: %s", one.family, one.version, ModelError(one.code).en)
        with self._changing() as choices:
            choices.refused.update(refused)

    # use

    def select(self) -> Selection:
        """Return the models to judge by, each checked now: pinned, else wanted, else the last good, else bundled."""
        choices, keys = self.choices(), self.keys()
        packages: list[ModelPackage] = []
        chosen: dict[str, Chosen] = {}
        refused: dict[str, Refused] = {}
        for family in sorted({*self._bundled, *choices.wanted, *choices.pinned, *choices.used}):
            for one in self._candidates(family, choices):
                package = self._bundled.get(family) if not one.sha256 else self._checked(family, one, keys, refused)
                if package is not None or not one.sha256:
                    chosen[family] = one
                    packages += [package] if package is not None else []
                    break
        return Selection(tuple(packages), chosen, refused)

    def switch(self, engine: Engine) -> bool:
        """Let the engine judge by what is selected now; return whether that changed anything.

        What cannot be loaded is refused, and what judged before goes on judging.
        """
        selected = self.select()
        if selected.refused:
            self._refuse(selected.refused)
        names = tuple(p.sha256 for p in selected.packages)
        changed = names != self._loaded
        if changed:
            try:
                engine.set_models(selected.packages)
            except Exception as error:  # noqa: BLE001 - whatever a package does, the models before it go on judging
                _log.error("the new models could not be loaded: %s", type(error).__name__, exc_info=error)
                used = self.choices().used
                new = {f: c for f, c in selected.chosen.items() if c.sha256 and c not in used.get(f, [])[-1:]}
                self._refuse(
                    {c.sha256: Refused(family=f, version=c.version, code="not_loaded") for f, c in new.items()}
                )
                return False
            self._loaded = names
        with self._changing() as choices:
            for family, one in selected.chosen.items():
                choices.note_used(family, one)
            needed = choices.held() | {row.sha256 for row in self.rows() if row.pinned}
        self._forget(needed)
        return changed

    def _candidates(self, family: str, choices: Choices) -> list[Chosen]:
        came_with = Chosen(version=self._version_bundled(family))
        used = [one for one in reversed(choices.used.get(family, [])) if one.sha256 not in choices.refused]
        pinned, wanted = choices.pinned.get(family), choices.wanted.get(family)
        if pinned == BUNDLED:
            return [came_with]
        if pinned is not None:
            held = [Chosen(version=r.version, sha256=r.sha256) for r in self.rows() if (r.family, r.version) ==
                    (family, pinned) and not r.came_with]  # fmt: skip
            return [*held, *([came_with] if came_with.version == pinned else used), came_with]
        if wanted is None:
            return [came_with]
        if wanted.sha256 == self._sha_bundled(family):
            return [came_with]
        first = [Chosen(version=wanted.version, sha256=wanted.sha256)] if wanted.sha256 not in choices.refused else []
        return [*first, *used, came_with]

    def _checked(
        self, family: str, one: Chosen, keys: Mapping[str, bytes], refused: dict[str, Refused]
    ) -> ModelPackage | None:
        try:
            data = self._path(one.sha256).read_bytes()
        except OSError:
            return None  # not here yet, or gone
        if hashlib.sha256(data).hexdigest() != one.sha256:
            self._path(one.sha256).unlink(missing_ok=True)  # it is fetched anew after the next start
            refused[one.sha256] = Refused(family=family, version=one.version, code="changed")
            return None
        try:
            return read_package(data, keys)
        except ModelError as error:
            refused[one.sha256] = Refused(family=family, version=one.version, code=error.code)
            return None

    def rows(self) -> list[Row]:
        """Return every model on this PC, by family and version, checked or not."""
        choices = self.choices()
        present = {family: used[-1] for family, used in choices.used.items() if used}
        found = []
        for family, package in sorted(self._bundled.items()):
            version = package.manifest.version
            now = present.get(family, Chosen(version=version))
            wanted = choices.wanted.get(family)
            found.append(
                Row(family, version, package.sha256, in_use=not now.sha256, came_with=True,
                    pinned=choices.pinned.get(family) in {BUNDLED, version},
                    wanted=wanted is None or wanted.sha256 == package.sha256)
            )  # fmt: skip
        known = {(f, c.version, c.sha256) for f, used in choices.used.items() for c in used if c.sha256}
        known |= {(f, w.version, w.sha256) for f, w in choices.wanted.items()}
        for family, version, sha256 in sorted(known):
            if not self._path(sha256).exists():
                continue
            now, wanted = present.get(family, Chosen(version="")), choices.wanted.get(family)
            found.append(
                Row(family, version, sha256, in_use=now.sha256 == sha256, came_with=False,
                    pinned=choices.pinned.get(family) == version,
                    wanted=wanted is not None and wanted.sha256 == sha256)
            )  # fmt: skip
        return found

    def _forget(self, needed: set[str]) -> None:
        """Delete packages and pieces that nothing needs any more."""
        for path in (*self._packages.glob(f"*{SUFFIX}"), *self._incoming.glob("*.part")):
            if path.name.partition(".")[0] not in needed:
                path.unlink(missing_ok=True)

    def _version_bundled(self, family: str) -> str:
        package = self._bundled.get(family)
        return package.manifest.version if package else BUNDLED

    def _sha_bundled(self, family: str) -> str:
        package = self._bundled.get(family)
        return package.sha256 if package else ""

    def _path(self, sha256: str) -> Path:
        return self._packages / f"{sha256}{SUFFIX}"

    def _part(self, wanted: WantedModel) -> Path:
        return self._incoming / f"{wanted.sha256}.part"
