"""Honest files out of published packages: Python wheels, Debian packages and npm archives in a folder, read in memory.

Which packages they are is told by their names: one package is one group, and only whole groups change sides.
"""

import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from anshin.training.corpora.sample import Label, Sample
from anshin.training.errors import CorpusError

SOURCE = "packages"
LARGEST = 32 * 1024 * 1024
_AR = b"!<arch>\n"


def read_packages(folder: Path, endings: tuple[str, ...] = ()) -> Iterator[Sample]:
    """Yield the files of every package in `folder`, those with one of `endings` only where any are given.

    Raises CorpusError for a folder without packages, and for a package that cannot be read.
    """
    found = sorted(p for p in folder.rglob("*") if p.suffix in {".whl", ".deb", ".tgz"})
    if not found:
        raise CorpusError(f"{folder}: no wheel (.whl), Debian package (.deb) or npm archive (.tgz) is in it")
    for path in found:
        group = re.split(r"[-_]\d", path.name, maxsplit=1)[0].lower()
        try:
            for name, data in _files(path):
                if data and (not endings or name.lower().endswith(endings)):
                    yield Sample(data, f"{path.name}!{name}", Label.BENIGN, SOURCE, group=group)
        except (OSError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, ValueError) as error:
            raise CorpusError(f"{path} cannot be read: {error}; download it again") from error


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir() and info.file_size <= LARGEST:
                    yield info.filename, archive.read(info)
        return
    raw = path.read_bytes()
    body = raw if path.suffix == ".tgz" else _deb_data(raw)
    with tarfile.open(fileobj=io.BytesIO(body)) as archive_:
        for member in archive_:
            if member.isfile() and member.size <= LARGEST:
                stream = archive_.extractfile(member)
                if stream is not None:
                    yield member.name, stream.read()


def _deb_data(raw: bytes) -> bytes:
    """Return the tar with the files of a Debian package (deb(5): an ar archive of three members)."""
    if not raw.startswith(_AR):
        raise ValueError("not a Debian package")
    at = len(_AR)
    while at + 60 <= len(raw):
        name, size = raw[at : at + 16].strip(), int(raw[at + 48 : at + 58])
        body = raw[at + 60 : at + 60 + size]
        if name.startswith(b"data.tar"):
            if name.rstrip(b"/").endswith(b".zst"):
                from backports import zstd

                return zstd.decompress(body)
            return body
        at += 60 + size + size % 2
    raise ValueError("a Debian package without data")
