"""7z, by py7zr: each member is handed over as soon as it is whole, and let go of before the next."""

from typing import Any

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content, open_content
from anshin.engine.errors import LimitHit
from anshin.engine.names import safe_name
from anshin.engine.unpack.member import Collector, Member, Problem, Sink, odd_name


def unpack_7z(content: Content, name: str, meter: Meter, sink: Sink) -> None:
    """Give every file to `sink`, one after the other: py7zr pushes, so there is nothing to pull."""
    import py7zr
    from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError

    problem = ""
    try:
        with py7zr.SevenZipFile(open_content(content)) as archive:
            if archive.needs_password():
                problem = "encrypted"
            else:
                _extract(archive, meter, sink)
    except PasswordRequired:
        problem = "encrypted"
    except UnsupportedCompressionMethodError:
        problem = "unsupported"
    except (LimitHit, MemoryError):
        raise
    except Exception:  # noqa: BLE001 -- py7zr raises nearly anything on a forged header; all of it means damage
        problem = "damaged"
    if problem:
        sink(Problem(gap=problem, name=name))


def _extract(archive: Any, meter: Meter, sink: Sink) -> None:
    from py7zr.io import MemIO

    factory = _receivers(meter, sink)
    # Not extractall(): it refuses the whole archive for one name that leaves the folder, and we write no files.
    for entry in archive.files:
        target = None if entry.is_directory else MemIO(safe_name(entry.filename), factory)
        archive.worker.register_filelike(entry.id, target)
    archive.worker.extract(archive.fp, None, parallel=False)


def _receivers(meter: Meter, sink: Sink) -> Any:
    """Return a py7zr factory whose products give their member to `sink` when they are closed."""
    from py7zr.io import Py7zIO, WriterFactory

    class Receiver(Py7zIO):
        """Receives one member; only writing and closing mean something."""

        def __init__(self, name: str) -> None:
            self._name = name
            self._out = Collector(meter)

        def write(self, s: bytes | bytearray) -> int:
            self._out.add(bytes(s))
            return len(s)

        def read(self, size: int | None = None) -> bytes:  # noqa: ARG002 -- py7zr's face
            return b""

        def seek(self, offset: int, whence: int = 0) -> int:  # noqa: ARG002 -- py7zr's face
            return 0

        def flush(self) -> None:
            """Nothing is held back."""

        def size(self) -> int:
            return self._out.size

        def close(self) -> None:
            for problem in odd_name(self._name):
                sink(problem)
            sink(Member(self._name, BytesContent(self._out.bytes()), cut=self._out.cut))

    class Factory(WriterFactory):
        """Makes the receiver of one member."""

        def create(self, filename: str) -> Py7zIO:
            return Receiver(filename)

    return Factory()
