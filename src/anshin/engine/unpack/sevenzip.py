"""7z, by py7zr: each member is handed over as soon as it is whole, and let go of before the next."""

import struct
from typing import Any

from anshin.engine.budget import Meter
from anshin.engine.content import Content, open_content
from anshin.engine.errors import LimitHit
from anshin.engine.names import safe_name
from anshin.engine.unpack.member import Member, Problem, Sink
from anshin.engine.unpack.passwords import candidates, password_reason
from anshin.engine.unpack.stream import tail_member

_FIRST_HEADER = 32
"""Signature, version, checksum, then offset, size and checksum of the header at the end (7zFormat.txt of 7-Zip)."""

MOST_PASSWORDS = 24
TIME_SHARE = 0.3
"""Part of the time left that trying passwords may take."""


def unpack_7z(content: Content, name: str, meter: Meter, sink: Sink) -> None:
    """Give every file, and what stands behind the archive, to `sink`: py7zr pushes, so there is nothing to pull."""
    problem = _try(content, meter, sink, None)
    if problem == "encrypted" and _with_password(content, name, meter, sink):
        problem = ""
    if problem:
        sink(Problem(gap=problem, name=name))
    for found in tail_member(content, _end(content)):
        sink(found)


def _with_password(content: Content, name: str, meter: Meter, sink: Sink) -> bool:
    """Try the likely passwords; each costs half a million rounds of SHA-256, so not all of them."""
    until = meter.budget.seconds_left() * (1 - TIME_SHARE)
    for word in candidates(meter.budget)[:MOST_PASSWORDS]:
        if meter.budget.seconds_left() < until:
            break
        held: list[Member | Problem] = []
        if _try(content, meter, held.append, word) == "":
            sink(Problem(reason=password_reason(word, meter.budget), name=name))
            for found in held:
                sink(found._replace(locked=True) if isinstance(found, Member) else found)
            return True
    return False


def _try(content: Content, meter: Meter, sink: Sink, password: str | None) -> str:
    """Take the files out; return the gap that is left, or nothing."""
    import py7zr
    from py7zr.exceptions import PasswordRequired, UnsupportedCompressionMethodError

    try:
        with py7zr.SevenZipFile(open_content(content), password=password) as archive:
            if archive.needs_password() and password is None:
                return "encrypted"
            _extract(archive, meter, sink)
    except PasswordRequired:
        return "encrypted"
    except UnsupportedCompressionMethodError:
        return "unsupported"
    except (LimitHit, MemoryError):
        raise
    except Exception:  # noqa: BLE001 -- py7zr raises nearly anything on a forged header; all of it means damage
        return "damaged"
    return ""


def _end(content: Content) -> int:
    """Return the offset behind the archive, as its first header tells it."""
    header = content.read(0, _FIRST_HEADER)
    if len(header) < _FIRST_HEADER:
        return content.size
    offset, size = struct.unpack_from("<QQ", header, 12)
    return min(content.size, _FIRST_HEADER + int(offset) + int(size))


def _extract(archive: Any, meter: Meter, sink: Sink) -> None:
    from py7zr.io import MemIO

    from anshin.engine.unpack.sevenzip_receiver import Receivers

    factory = Receivers(meter, sink)
    # Not extractall(): it refuses the whole archive for one name that leaves the folder, and we write no files.
    for entry in archive.files:
        target = None if entry.is_directory else MemIO(safe_name(entry.filename), factory)
        archive.worker.register_filelike(entry.id, target)
    archive.worker.extract(archive.fp, None, parallel=False)
