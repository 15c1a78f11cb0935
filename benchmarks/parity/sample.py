"""Benign files of every format that the vector covers, from this machine and from folders that the caller names."""

import hashlib
import io
import random
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

PLACES = ("/usr", "/opt")
_MARKS = {"pe": b"MZ", "elf": b"\x7fELF", "pdf": b"%PDF-"}


def sample(
    folders: Iterable[str], formats: Iterable[str], most: int, largest: int, scratch: Path
) -> dict[str, list[Path]]:
    """Return up to `most` different files of each format, none above `largest` bytes, the same at every call.

    APK files are made here (a manifest and a class file of random bytes): a plain system has none.
    """
    found: dict[str, dict[bytes, Path]] = {name: {} for name in formats}
    for path in _files(folders):
        with path.open("rb") as file:
            head = file.read(8)
            kind = next((k for k, mark in _MARKS.items() if head.startswith(mark)), None)
            if kind in found and 64 <= path.stat().st_size <= largest:
                found[kind].setdefault(hashlib.sha256(head + file.read()).digest(), path)
    chosen = {}
    for kind, files in found.items():
        paths = sorted(files.values())
        chosen[kind] = sorted(random.Random(1).sample(paths, min(most, len(paths))))
    if "apk" in chosen:
        chosen["apk"] = list(_apks(scratch, min(most, 24)))
    return chosen


def _files(folders: Iterable[str]) -> Iterator[Path]:
    for folder in folders:
        for path in Path(folder).rglob("*"):
            try:
                if path.is_file() and not path.is_symlink():
                    path.open("rb").close()
                    yield path
            except OSError:
                continue


def _apks(scratch: Path, count: int) -> Iterator[Path]:
    for number in range(count):
        chance = random.Random(number)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("AndroidManifest.xml"), chance.randbytes(chance.randrange(500, 9000)))
            words = " ".join(chance.choice(["android", "view", "http://example.jp/", "Lcom/a/b;"]) for _ in range(4000))
            archive.writestr(zipfile.ZipInfo("classes.dex"), words.encode() + chance.randbytes(20000 * number))
            archive.writestr(zipfile.ZipInfo("res/raw/a.txt"), words.encode(), zipfile.ZIP_STORED)
        path = scratch / f"{number:02}.apk"
        path.write_bytes(out.getvalue())
        yield path
