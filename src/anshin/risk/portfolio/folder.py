"""Finished blocks on disk: one file each, written whole or not at all, checked by its hash when read."""

import json
import os
import tempfile
from pathlib import Path

from anshin.risk.errors import BlockDamagedError, DataError, PortfolioError
from anshin.risk.portfolio.summary import YearBlock

MANIFEST = "run.json"


class BlockFolder:
    """The blocks of one run. Safe for several writers of the same run: equal blocks have equal bytes."""

    def __init__(self, path: Path, run: str) -> None:
        """Make the folder or take up the one of the same run. Raises PortfolioError when it holds another run."""
        self.path = path
        manifest = path / MANIFEST
        try:
            path.mkdir(parents=True, exist_ok=True)
            if not manifest.exists():
                self._write(MANIFEST, json.dumps({"run": run}).encode())
            held = json.loads(manifest.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError("data.unreadable", path=manifest, cause=error) from error
        if not isinstance(held, dict) or held.get("run") != run:
            raise PortfolioError("portfolio.other_run", path=path)

    def file(self, number: int) -> Path:
        """Return where a block lies."""
        return self.path / f"block-{number:06}.bin"

    def read(self, number: int) -> YearBlock | None:
        """Return a finished block or None. Raises BlockDamagedError when it is not what was written."""
        file = self.file(number)
        if not file.exists():
            return None
        try:
            return YearBlock.from_bytes(file.read_bytes())
        except (OSError, ValueError, EOFError) as error:
            raise BlockDamagedError("portfolio.damaged", path=file) from error

    def write(self, number: int, block: YearBlock) -> None:
        """Keep a block: a reader sees all of it or nothing, even after a power cut."""
        self._write(self.file(number).name, block.to_bytes())

    def _write(self, name: str, data: bytes) -> None:
        handle, temporary = tempfile.mkstemp(dir=self.path, prefix=f".{name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            Path(temporary).replace(self.path / name)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
