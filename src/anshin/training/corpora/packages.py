"""Honest files out of published packages: Python wheels, Debian packages and npm archives in a folder, read in memory.

Which packages they are is told by their names: one package is one group, and only whole groups change sides.
"""

import gzip
import hashlib
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from anshin.training.corpora.sample import Label, Sample
from anshin.training.errors import CorpusError

SOURCE = "packages"
PROGRAMS = (".exe", ".dll", ".pyd", ".sys", ".efi", ".so", ".node", ".dylib")
TEXTS = (".php", ".js", ".ps1", ".psm1", ".pdf", ".pdf.gz")
FOLDERS = ("/bin", "/sbin")
"""What is taken out of packages: programs, libraries, scripts and papers of the formats that have a model. A Debian
package's programs have no ending, so that whatever lies in a `bin` folder counts; its papers are compressed."""
LARGEST, LARGEST_TEXT = 16 * 1024 * 1024, 8 * 1024 * 1024
MOST = 80
"""Files of one ending that a package gives, chosen by the hashes of their names: no large one outweighs the rest."""
SUFFIXES = frozenset({".whl", ".deb", ".tgz"})
_AR = b"!<arch>\n"


def read_packages(folder: Path) -> Iterator[Sample]:
    """Yield the programs, libraries and scripts of every package in `folder`; a folder in it is an unpacked package.

    Raises CorpusError for a folder without packages, and for a package that cannot be read.
    """
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    found = [p for p in entries if p.suffix in SUFFIXES or p.is_dir()]
    if not found:
        raise CorpusError(f"{folder}: no wheel (.whl), Debian package (.deb) or npm archive (.tgz) is in it")
    for path in found:
        group = path.name.lower() if path.is_dir() else re.split(r"[-_]\d", path.name, maxsplit=1)[0].lower()
        try:
            for name, data in chosen(_files(path)):
                yield Sample(data, f"{path.name}!{name}", Label.BENIGN, SOURCE, group=group)
        except (OSError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, ValueError) as error:
            raise CorpusError(f"{path} cannot be read: {error}; download it again") from error


def listing(folder: Path) -> str:
    """Return which packages are in `folder`, one line each: the name and the SHA-256, or "unpacked" for a folder."""
    lines = []
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            lines.append(f"{path.name} unpacked")
        elif path.suffix in SUFFIXES:
            with path.open("rb") as file:
                lines.append(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}")
    return "\n".join(lines) + "\n"


def chosen(files: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Return what counts of one package's files: at most `MOST` of each ending, in the order of their names."""
    by_ending: dict[str, list[tuple[str, str, bytes]]] = {}
    for name, data in files:
        ending = _ending(name)
        if data and ending and len(data) <= (LARGEST_TEXT if ending in TEXTS else LARGEST):
            by_ending.setdefault(ending, []).append((hashlib.sha256(name.encode()).hexdigest(), name, data))
    kept = [one for same in by_ending.values() for one in sorted(same, key=lambda row: row[:2])[:MOST]]
    return sorted((name, gzip.decompress(data) if name.endswith(".gz") else data) for _, name, data in kept)


def _ending(name: str) -> str:
    """Return by what a file counts: its ending or its folder; "" for one that does not."""
    folder, _, base = name.lower().rpartition("/")
    if ".so." in base:
        return ".so"
    return next(
        (e for e in (*PROGRAMS, *TEXTS) if base.endswith(e)), next((e for e in FOLDERS if folder.endswith(e)), "")
    )


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink()):
            if file.stat().st_size <= LARGEST:
                yield str(file.relative_to(path)), file.read_bytes()
        return
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
