"""`python -m benchmarks.fuzz.one TARGET FOLDER RUNS ...`: one target in a process of its own; started by `__main__`.

What a target raises is kept and the fuzzing goes on; what ends the process (a hang, too much memory, a crash in native
code) is kept by libFuzzer, and whoever started this sees it by the exit code.
"""

import hashlib
import json
import mmap
import struct
import sys
import traceback
from importlib import import_module
from pathlib import Path
from types import ModuleType

import atheris

from benchmarks.fuzz.session import module_of

INSTRUMENTED = ["anshin.engine.formats", "anshin.engine.unpack", "anshin.engine.identify", "anshin.engine.clamd"]
_COUNT = struct.Struct("<Q")


def load(target: str) -> ModuleType:
    """Import a target; the readers that it imports report which of their lines run."""
    with atheris.instrument_imports(include=[*INSTRUMENTED, module_of(target)]):
        module = import_module(module_of(target))
        for data in module.SEEDS[:3]:  # what is imported late is imported now
            module.run(data)
    return module


class Keeper:
    """Counts runs where they survive the process, and keeps what a target raised: one input for each place."""

    def __init__(self, folder: Path) -> None:
        """Go on counting where an earlier process stopped."""
        self._crashers = folder / "crashers"
        self._crashers.mkdir(exist_ok=True)
        path = folder / "runs"
        if not path.exists():
            path.write_bytes(_COUNT.pack(0))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _COUNT.size)
        self._runs = _COUNT.unpack(self._map[:])[0]
        self._known = {p.stem for p in self._crashers.glob("*.json")}

    def count(self) -> None:
        """Count one run."""
        self._runs += 1
        self._map[:] = _COUNT.pack(self._runs)

    def keep(self, data: bytes, error: BaseException) -> None:
        """Keep the input that made a target raise, unless one for the same place is kept already."""
        frames = traceback.extract_tb(error.__traceback__)
        ours = [f for f in frames if "/anshin/" in f.filename] or frames
        place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
        name = hashlib.sha256(f"{type(error).__name__} {place}".encode()).hexdigest()[:12]
        if name in self._known:
            return
        self._known.add(name)
        (self._crashers / f"{name}.bin").write_bytes(data)
        story = {"error": f"{type(error).__name__}: {error}"[:300], "place": place}
        (self._crashers / f"{name}.json").write_text(json.dumps(story))


def main() -> None:
    """Fuzz until the runs are done or the process ends."""
    target, folder, *options = sys.argv[1:]
    module, keeper = load(target), Keeper(Path(folder))

    def feed(data: bytes) -> None:
        keeper.count()
        try:
            module.run(data)
        except Exception as error:  # noqa: BLE001 -- this is what we are looking for
            keeper.keep(data, error)

    corpus = Path(folder) / "corpus"
    atheris.Setup([sys.argv[0], *options, str(corpus)], feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
