"""Harmless files made at run time. The test string exists in two halves only, so that no source file is quarantined."""

import io
import random
import struct
import tarfile
import zipfile
import zlib
from importlib.resources import files

from anshin.engine.verdict import Verdict

_HALVES = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")


def eicar() -> bytes:
    """Return the 68 bytes of the standard antivirus test file."""
    return "".join(_HALVES).encode()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    """Return a tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def minimal_pe() -> bytes:
    """Return the headers of a program that does nothing and cannot run."""
    return (
        b"MZ"
        + bytes(58)
        + struct.pack("<I", 64)
        + b"PE\0\0"
        + struct.pack("<H", 0x8664)
        + bytes(18)
        + b"\x0b\x02"
        + bytes(180)
    )


def noise(size: int, seed: int = 1) -> bytes:
    """Return bytes that do not compress."""
    return random.Random(seed).randbytes(size)


def local_header(name: bytes, data: bytes, *, method: int = 0, flags: int = 0, packed: bytes | None = None) -> bytes:
    """Return one ZIP entry as it stands before the directory: header, name and data."""
    body = data if packed is None else packed
    head = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 33, zlib.crc32(data), len(body), len(data), len(name), 0)
    return b"PK\x03\x04" + head + name + body


def central_header(
    name: bytes, data: bytes, at: int, *, method: int = 0, flags: int = 0, packed: int | None = None
) -> bytes:
    """Return the directory's line for an entry whose local header stands at `at`."""
    size = len(data) if packed is None else packed
    head = struct.pack(
        "<HHHHHHIIIHHHHHII",
        20, 20, flags, method, 0, 33, zlib.crc32(data), size, len(data), len(name), 0, 0, 0, 0, 0, at,
    )  # fmt: skip
    return b"PK\x01\x02" + head + name


def end_record(count: int, size: int, at: int) -> bytes:
    """Return the record that ends a ZIP."""
    return b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, at, 0)


def gap_codes(verdict: Verdict) -> set[str]:
    """Return the codes of all gaps."""
    return {g.code for g in verdict.gaps}


def reason_codes(verdict: Verdict) -> set[str]:
    """Return the codes of all reasons."""
    return {r.code for r in verdict.reasons}


def launcher() -> bytes:
    """Return an honest program for Windows as people have it: the one that pip puts beside every command it installs.

    A hand-made program of a few hundred bytes is none that a learned model would call usual.
    """
    found: bytes = files("pip._vendor.distlib").joinpath("t64.exe").read_bytes()
    return found
