"""Linux: every path component is opened on its own, so that no link swapped in meanwhile is followed."""

# Paths are raw bytes here, and pathlib takes text only.
# ruff: noqa: PTH100

import contextlib
import errno
import os
import pwd
import stat

from anshin.agent.system.base import Metadata

_PASS_FLAGS = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC  # needs no right to read the folder
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_NEW_FOLDER_MODE = 0o755


class LinuxFolder:
    """A folder held by descriptor: it stays the same folder whatever happens to its path."""

    def __init__(self, path: bytes, fd: int) -> None:
        self.path = path
        self._fd = fd

    def lstat(self, name: bytes) -> os.stat_result:
        """Return the status of `name` itself."""
        return os.stat(name, dir_fd=self._fd, follow_symlinks=False)

    def open_read(self, name: bytes) -> int:
        """Open for reading; O_NOATIME is allowed to the owner and to root, so it is tried first."""
        try:
            return os.open(name, _READ_FLAGS | os.O_NOATIME, dir_fd=self._fd)
        except PermissionError:
            return os.open(name, _READ_FLAGS, dir_fd=self._fd)

    def create(self, name: bytes) -> int:
        """Create a new file for the owner only."""
        return os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=self._fd)

    def publish(self, temporary: bytes, name: bytes) -> None:
        """Link, then unlink: unlike a rename, a link never replaces what is there."""
        try:
            os.link(temporary, name, src_dir_fd=self._fd, dst_dir_fd=self._fd, follow_symlinks=False)
        except OSError as error:
            if error.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK}:
                raise
            # A file system without hard links (FAT): look first, then rename. The gap between is the best it has.
            if self._taken(name):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name) from error
            os.rename(temporary, name, src_dir_fd=self._fd, dst_dir_fd=self._fd)
            return
        self.unlink(temporary)

    def _taken(self, name: bytes) -> bool:
        try:
            self.lstat(name)
        except FileNotFoundError:
            return False
        return True

    def unlink(self, name: bytes) -> None:
        """Remove the name."""
        os.unlink(name, dir_fd=self._fd)

    def sync(self) -> None:
        """Make creations and removals durable; some file systems do not know how, and that is no error."""
        try:
            os.fsync(self._fd)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.EROFS, errno.EBADF}:
                raise

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._fd)


class LinuxSystem:
    """The layer over Linux."""

    def open_folder(self, path: bytes, *, create_for: tuple[int, int] | None = None) -> LinuxFolder:
        """Walk down from the root without following links, making what is missing when asked."""
        fd = os.open(b"/", _PASS_FLAGS)
        try:
            for part in os.path.abspath(path).split(b"/"):
                if part:
                    below = self._step(fd, part, create_for)
                    os.close(fd)
                    fd = below
            with contextlib.suppress(PermissionError):  # a folder that may be passed but not listed stays as it is
                readable = os.open(b".", _FOLDER_FLAGS, dir_fd=fd)
                os.close(fd)
                fd = readable
        except BaseException:
            os.close(fd)
            raise
        return LinuxFolder(path, fd)

    def _step(self, fd: int, part: bytes, create_for: tuple[int, int] | None) -> int:
        try:
            return os.open(part, _PASS_FLAGS, dir_fd=fd)
        except FileNotFoundError:
            if create_for is None:
                raise
        os.mkdir(part, _NEW_FOLDER_MODE, dir_fd=fd)
        # By descriptor: by name, whoever owns the folder above could slip another file in between and have it given.
        made = os.open(part, _FOLDER_FLAGS, dir_fd=fd)
        try:
            if os.fstat(made).st_uid == os.geteuid():  # ours, so it is the one just made
                with contextlib.suppress(PermissionError):  # only root may give a folder away
                    os.fchown(made, *create_for)
        except BaseException:
            os.close(made)
            raise
        return made

    def xattrs(self, fd: int) -> tuple[tuple[bytes, bytes], ...]:
        """Return the attributes that may be read; a file system that knows none has none."""
        found = []
        try:
            names = os.listxattr(fd)
        except OSError:
            return ()
        for name in names:
            with contextlib.suppress(OSError):
                found.append((os.fsencode(name), os.getxattr(fd, name)))
        return tuple(found)

    def apply(self, fd: int, metadata: Metadata) -> tuple[str, ...]:
        """Put metadata back. The owner comes first, because changing it clears set-uid and capabilities."""
        refused = []
        try:
            os.fchown(fd, metadata.uid, metadata.gid)
        except OSError:
            status = os.fstat(fd)
            if (status.st_uid, status.st_gid) != (metadata.uid, metadata.gid):
                refused.append("owner")
        os.fchmod(fd, stat.S_IMODE(metadata.mode))
        for name, value in metadata.xattrs:
            try:
                os.setxattr(fd, name, value)
            except OSError:
                refused.append(os.fsdecode(name).encode("ascii", "backslashreplace").decode())
        os.utime(fd, ns=(metadata.atime_ns, metadata.mtime_ns))
        return tuple(refused)

    def owner_name(self, uid: int) -> str:
        """Return the account's name, or its number when it has none any more."""
        try:
            return pwd.getpwuid(uid).pw_name
        except KeyError:
            return str(uid)
