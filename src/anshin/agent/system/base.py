"""What the agent asks of an operating system, in words that every system can answer."""

# The names say what happened.
# ruff: noqa: N818

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH118, PTH119, PTH120

import base64
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol


class NotRegular(OSError):
    """The path is a link, a folder or a special file; the agent leaves those alone."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells one state of a file from the next without reading it."""

    dev: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileState":
        """Take the state out of a stat result."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def text(self) -> str:
        """Return one short text, equal for equal states."""
        return f"{self.dev}:{self.inode}:{self.size}:{self.mtime_ns}:{self.ctime_ns}"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is kept of a file besides its bytes. Times are nanoseconds since 1970."""

    mode: int
    uid: int
    gid: int
    atime_ns: int
    mtime_ns: int
    xattrs: tuple[tuple[bytes, bytes], ...] = ()

    @classmethod
    def of(cls, status: os.stat_result, xattrs: tuple[tuple[bytes, bytes], ...] = ()) -> "Metadata":
        """Take what a stat result tells, and add the extended attributes."""
        mode = stat.S_IMODE(status.st_mode)
        return cls(mode, status.st_uid, status.st_gid, status.st_atime_ns, status.st_mtime_ns, xattrs)

    def to_json(self) -> str:
        """Return a text for the quarantine index."""
        pairs = [[base64.b64encode(name).decode(), base64.b64encode(value).decode()] for name, value in self.xattrs]
        return json.dumps([self.mode, self.uid, self.gid, self.atime_ns, self.mtime_ns, pairs])

    @classmethod
    def from_json(cls, text: str) -> "Metadata":
        """Read what `to_json` wrote."""
        mode, uid, gid, atime_ns, mtime_ns, pairs = json.loads(text)
        xattrs = tuple((base64.b64decode(name), base64.b64decode(value)) for name, value in pairs)
        return cls(mode, uid, gid, atime_ns, mtime_ns, xattrs)


class Folder(Protocol):
    """One open folder. Names are single components; links are never followed."""

    @property
    def path(self) -> bytes:
        """Where the folder was when it was opened."""
        ...

    def lstat(self, name: bytes) -> os.stat_result:
        """Return the status of `name` itself. Raises OSError."""
        ...

    def open_read(self, name: bytes) -> int:
        """Open a file for reading without following a link and, where possible, without touching its access time."""
        ...

    def create(self, name: bytes) -> int:
        """Create a new file for the owner only. Raises FileExistsError when the name is taken."""
        ...

    def publish(self, temporary: bytes, name: bytes) -> None:
        """Give `temporary` the name `name`. Raises FileExistsError when taken: nothing is ever overwritten."""
        ...

    def unlink(self, name: bytes) -> None:
        """Remove the name. Raises OSError."""
        ...

    def sync(self) -> None:
        """Make creations and removals in this folder durable."""
        ...

    def close(self) -> None:
        """Let go of the folder."""
        ...


@dataclass(slots=True)
class OpenedFile:
    """One regular file, opened once; everything said about it is said about `fd`."""

    folder: Folder
    name: bytes
    fd: int
    status: os.stat_result  # as it was before the first read
    metadata: Metadata

    @property
    def path(self) -> bytes:
        """Raw bytes of the path."""
        return os.path.join(self.folder.path, self.name)

    @property
    def state(self) -> FileState:
        """The state when it was opened."""
        return FileState.of(self.status)

    def still_there(self) -> bool:
        """Return whether the name still leads to this very file."""
        try:
            now = self.folder.lstat(self.name)
        except OSError:
            return False
        return (now.st_dev, now.st_ino) == (self.status.st_dev, self.status.st_ino)


class System(Protocol):
    """The operating system as far as the agent needs it."""

    def open_folder(self, path: bytes, *, create_for: tuple[int, int] | None = None) -> Folder:
        """Open a folder without following links; with `create_for` (uid, gid) make what is missing. Raises OSError."""
        ...

    def xattrs(self, fd: int) -> tuple[tuple[bytes, bytes], ...]:
        """Return the extended attributes that may be read, POSIX access lists among them."""
        ...

    def apply(self, fd: int, metadata: Metadata) -> tuple[str, ...]:
        """Put metadata back on a file; returns the names of what the system did not allow."""
        ...

    def owner_name(self, uid: int) -> str:
        """Return the account that owns a file, or an empty text where the system does not tell."""
        ...


@contextmanager
def opened(system: System, path: bytes) -> Iterator[OpenedFile]:
    """Open a regular file once, without following any link. Raises NotRegular or another OSError."""
    folder = system.open_folder(os.path.dirname(path))
    try:
        name = os.path.basename(path)
        if not stat.S_ISREG(folder.lstat(name).st_mode):  # opening a device or a pipe can have effects
            raise NotRegular(f"not a regular file: {path!r}")
        fd = folder.open_read(name)
        try:
            status = os.fstat(fd)
            if not stat.S_ISREG(status.st_mode):
                raise NotRegular(f"not a regular file: {path!r}")
            yield OpenedFile(folder, name, fd, status, Metadata.of(status, system.xattrs(fd)))
        finally:
            os.close(fd)
    finally:
        folder.close()


def state_of(path: bytes) -> FileState | None:
    """Return the state of a regular file, or None when it is gone or is none."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    return FileState.of(status) if stat.S_ISREG(status.st_mode) else None
