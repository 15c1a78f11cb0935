"""Which files are measured: those of this machine, by what the engine says that they are."""

import os
import pkgutil
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import tests.engine.indicator_cases as cases
from anshin.engine.content import BytesContent, FileContent
from anshin.engine.identify import identify

FEW = 20


def below(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield every regular file, in order; links are not followed."""
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names.sort()
            for name in sorted(files):
                path = Path(parent, name)
                if path.is_file() and not path.is_symlink():
                    yield path


def kind_of(path: Path) -> str:
    """Return what a file is, by structure and magic alone."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return "unreadable"
    try:
        return identify(FileContent(fd), name=path.name, ask_magika=False).kind
    finally:
        os.close(fd)


def by_kind(folders: Iterable[Path], *, largest: int, each: int) -> dict[str, list[Path]]:
    """Return up to `each` files of each kind, spread evenly over all of them."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in below(folders):
        if 0 < path.stat().st_size <= largest:
            found[kind_of(path)].append(path)
    return {kind: paths[:: max(1, len(paths) // each)][:each] for kind, paths in sorted(found.items())}


@dataclass(frozen=True)
class Sample:
    """One file to measure, from the machine or made."""

    name: str
    data: bytes | None = None

    def read(self) -> bytes:
        """Return its bytes."""
        return Path(self.name).read_bytes() if self.data is None else self.data


def samples(folders: Iterable[Path], *, largest: int, each: int) -> dict[str, list[Sample]]:
    """Return the machine's files of each kind; where it has fewer than `FEW`, those made for the tests of signs too."""
    found = {
        kind: [Sample(str(path)) for path in paths]
        for kind, paths in by_kind(folders, largest=largest, each=each).items()
    }
    made: dict[str, list[Sample]] = defaultdict(list)
    for name, data in _made():
        kind = identify(BytesContent(data), name=name, ask_magika=False).kind
        made[kind].append(Sample(name, data))
    for kind, more in made.items():
        if len(found.get(kind, [])) < FEW:
            found[kind] = [*found.get(kind, []), *more][:each]
    return dict(sorted(found.items()))


def _made() -> Iterator[tuple[str, bytes]]:
    for module in pkgutil.iter_modules(cases.__path__):
        found = getattr(import_module(f"{cases.__name__}.{module.name}"), "CASES", {})
        for code, case in found.items():
            yield f"{code}+{case.name}", case.positive
            yield f"{code}-{case.name}", case.negative
