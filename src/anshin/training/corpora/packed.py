"""Samples that are kept in an archive with a known password, so that nobody opens them by accident."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from lzma import LZMAError

from anshin.training.errors import CorpusError

LARGEST = 64 * 1024 * 1024


def members(data: bytes, passwords: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of every file in a ZIP or 7z, opened with the first of `passwords` that fits.

    Raises CorpusError for another format, or where no password fits.
    """
    if data[:4] == b"PK\x03\x04":
        yield from _zip(data, passwords)
    elif data[:6] == b"7z\xbc\xaf\x27\x1c":
        yield from _seven(data, passwords)
    else:
        raise CorpusError("neither a ZIP nor a 7z")


def _zip(data: bytes, passwords: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise CorpusError(f"damaged ZIP: {error}") from error
    with archive:
        for info in archive.infolist():
            if info.is_dir() or info.file_size > LARGEST:
                continue
            yield info.filename, _zip_member(archive, info, passwords)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, passwords: tuple[str, ...]) -> bytes:
    for password in passwords if info.flag_bits & 1 else ("",):
        try:
            return archive.read(info, pwd=password.encode() or None)
        except (RuntimeError, zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
            continue
    raise CorpusError(f"no password opens {info.filename!r}")


def _seven(data: bytes, passwords: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    import py7zr
    from py7zr.exceptions import ArchiveError, PasswordRequired
    from py7zr.io import BytesIOFactory

    for password in (None, *passwords):
        factory = BytesIOFactory(LARGEST)
        try:
            with py7zr.SevenZipFile(io.BytesIO(data), password=password) as archive:
                archive.extractall(factory=factory)
        except (ArchiveError, PasswordRequired, OSError, ValueError, EOFError, TypeError, LZMAError, zlib.error):
            continue  # a wrong password shows as any of these
        for name, stream in factory.products.items():
            stream.seek(0)
            yield name, stream.read()
        return
    raise CorpusError("no password opens the 7z")
