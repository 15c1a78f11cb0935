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
ENDINGS = (".exe", ".dll", ".pyd", ".sys", ".efi", ".so", ".node", ".dylib", ".php", ".js", "/bin", "/sbin")
"""What is taken out of packages: programs, libraries and scripts of the formats that have a model. A Debian package's
programs have no ending, so that whatever lies in a `bin` folder counts."""
LARGEST = 32 * 1024 * 1024
_AR = b"!<arch>\n"


def read_packages(folder: Path) -> Iterator[Sample]:
    """Yield the programs, libraries and scripts of every package in `folder`; a folder in it is an unpacked package.

    Raises CorpusError for a folder without packages, and for a package that cannot be read.
    """
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [p for p in entries if p.suffix in {".whl", ".deb", ".tgz"}]
    unpacked = [p for p in entries if p.is_dir()]
    for package in unpacked:
        for path in sorted(p for p in package.rglob("*") if p.is_file() and not p.is_symlink()):
            if _wanted(str(path.relative_to(package))) and 0 < path.stat().st_size <= LARGEST:
                name = f"{package.name}!{path.relative_to(package)}"
                yield Sample(path.read_bytes(), name, Label.BENIGN, SOURCE, group=package.name.lower())
    if not found and not unpacked:
        raise CorpusError(f"{folder}: no wheel (.whl), Debian package (.deb) or npm archive (.tgz) is in it")
    for path in found:
        group = re.split(r"[-_]\d", path.name, maxsplit=1)[0].lower()
        try:
            for name, data in _files(path):
                if data and _wanted(name):
                    yield Sample(data, f"{path.name}!{name}", Label.BENIGN, SOURCE, group=group)
        except (OSError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, ValueError) as error:
            raise CorpusError(f"{path} cannot be read: {error}; download it again") from error


def _wanted(name: str) -> bool:
    folder, _, base = name.lower().rpartition("/")
    return base.endswith(ENDINGS) or ".so." in base or folder.endswith(ENDINGS)


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
