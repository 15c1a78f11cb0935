"""The workers that judge by one set of rules, and how they leave when another set comes."""

import threading
from dataclasses import dataclass, field

from anshin.engine.jail.backend import Backend
from anshin.engine.verdict import Versions


@dataclass(slots=True)
class Shift:
    """One backend with its versions. It ends when it is told to and its last file is done."""

    backend: Backend
    versions: Versions
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _busy: int = 0
    _leaving: bool = False

    def begin(self) -> bool:
        """Take on a file; False when it is leaving."""
        with self._lock:
            if self._leaving:
                return False
            self._busy += 1
            return True

    def finish(self) -> None:
        """Say that a file is done."""
        with self._lock:
            self._busy -= 1
            last = self._leaving and not self._busy
        if last:
            self.backend.close()

    def end_when_idle(self) -> None:
        """Take on nothing more, and end with the last file."""
        with self._lock:
            self._leaving = True
            idle = not self._busy
        if idle:
            self.backend.close()

    def end_now(self) -> None:
        """End, whatever is under way; later files are told that the engine is closed."""
        self.backend.close()
