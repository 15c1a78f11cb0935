"""7z, by py7zr: each member is handed over as soon as it is whole, and let go of before the next."""

from typing import Any

from anshin.engine.budget import Meter
from anshin.engine.content import Content, open_content
from anshin.engine.errors import LimitHit
from anshin.engine.names import safe_name
from anshin.engine.unpack.member import Problem, Sink


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

    from anshin.engine.unpack.sevenzip_receiver import Receivers

    factory = Receivers(meter, sink)
    # Not extractall(): it refuses the whole archive for one name that leaves the folder, and we write no files.
    for entry in archive.files:
        target = None if entry.is_directory else MemIO(safe_name(entry.filename), factory)
        archive.worker.register_filelike(entry.id, target)
    archive.worker.extract(archive.fp, None, parallel=False)
