"""Windows, macOS and others: the same promises by path, as far as Python's own library carries.

What falls short of Linux: links in the folders above a file are not ruled out, extended attributes and owners are kept
on Linux only, and a folder's entries are made durable only where the system lets a folder be opened.
"""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH103, PTH104, PTH108, PTH118

import contextlib
import errno
import os
import stat
import sys

from anshin.agent.system.base import Metadata, NotRegular


class PortableFolder:
    """A folder known by its path."""

    def __init__(self, path: bytes) -> None:
        self.path = path

    def _at(self, name: bytes) -> bytes:
        return os.path.join(self.path, name)

    def lstat(self, name: bytes) -> os.stat_result:
        """Return the status of `name` itself."""
        return os.lstat(self._at(name))

    def open_read(self, name: bytes) -> int:
        """Open for reading; a link is recognised before and after, because O_NOFOLLOW is not everywhere."""
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        before = self.lstat(name)
        fd = os.open(self._at(name), flags)
        after = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode) or (before.st_dev, before.st_ino) != (after.st_dev, after.st_ino):
            os.close(fd)
            raise NotRegular(f"changed while it was opened: {self._at(name)!r}")
        return fd

    def create(self, name: bytes) -> int:
        """Create a new file for the owner only."""
        return os.open(self._at(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)

    def publish(self, temporary: bytes, name: bytes) -> None:
        """Rename where a rename refuses to replace (Windows); else link and unlink."""
        if sys.platform == "win32":
            os.rename(self._at(temporary), self._at(name))
            return
        if os.path.lexists(self._at(name)):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name)
        os.link(self._at(temporary), self._at(name), follow_symlinks=False)
        self.unlink(temporary)

    def unlink(self, name: bytes) -> None:
        """Remove the name."""
        os.unlink(self._at(name))

    def sync(self) -> None:
        """Make entries durable where a folder can be opened at all."""
        if sys.platform == "win32":
            return
        fd = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def close(self) -> None:
        """Nothing is held."""


class PortableSystem:
    """The layer for systems without one of their own."""

    def open_folder(self, path: bytes, *, create_for: tuple[int, int] | None = None) -> PortableFolder:
        """Check that the folder is one, making what is missing when asked."""
        if create_for is not None:
            os.makedirs(path, exist_ok=True)
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        return PortableFolder(path)

    def xattrs(self, fd: int) -> tuple[tuple[bytes, bytes], ...]:  # noqa: ARG002 - the face is the same everywhere
        """Return none: Python reads them on Linux only."""
        return ()

    def apply(self, fd: int, metadata: Metadata) -> tuple[str, ...]:
        """Put mode and times back; owners only where the system knows them."""
        refused = []
        if sys.platform != "win32":
            try:
                os.fchown(fd, metadata.uid, metadata.gid)
            except OSError:
                refused.append("owner")
            os.fchmod(fd, metadata.mode)
        if os.utime in os.supports_fd:
            with contextlib.suppress(OSError):
                os.utime(fd, ns=(metadata.atime_ns, metadata.mtime_ns))
        else:
            refused.append("times")
        return tuple(refused)

    def owner_name(self, uid: int) -> str:
        """Return the account where there is a user database, else nothing."""
        if sys.platform == "win32":
            return ""
        import pwd

        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)
