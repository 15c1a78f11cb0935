"""Cabinets (MS-CAB): stored, MSZIP and LZX folders; Quantum has no free reader."""

import struct
import zlib
from dataclasses import dataclass

from anshin.engine.budget import Meter
from anshin.engine.content import BytesContent, Content
from anshin.engine.names import member_name
from anshin.engine.unpack.lzx import Lzx, LzxDamaged
from anshin.engine.unpack.member import Found, Member, Problem, odd_name
from anshin.engine.unpack.stream import tail_member

_MOST_FILES = 65_535
_LONGEST_NAME = 260


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    start: int  # in the folder
    size: int
    folder: int
    hidden: bool


def unpack_cab(content: Content, name: str, meter: Meter) -> Found:
    """Yield every file; a folder is unpacked as a whole, once."""
    head = content.read(0, 40)
    if len(head) < 36 or head[:4] != b"MSCF":
        yield Problem(gap="damaged", name=name)
        return
    size, files_at = struct.unpack_from("<I", head, 8)[0], struct.unpack_from("<I", head, 16)[0]
    folders, count, flags = struct.unpack_from("<HHH", head, 26)
    at, per_folder, per_block = 36, 0, 0
    if flags & 4:
        reserve, per_folder, per_block = struct.unpack_from("<HBB", head.ljust(40, b"\0"), 36)
        at += 4 + reserve
    for _ in range(2 * bool(flags & 1) + 2 * bool(flags & 2)):
        at += len(content.read(at, 512).split(b"\0", 1)[0]) + 1
    tables = [content.read(at + n * (8 + per_folder), 8) for n in range(folders)]
    files = list(_files(content, files_at, count))
    if len(files) < count:
        yield Problem(gap="damaged", name=name)
    for number, table in enumerate(tables):
        here = [f for f in files if f.folder == number]
        if here and len(table) == 8:
            yield from _folder(content, table, per_block, here, meter)
    for file in files:
        if file.folder >= folders:  # goes on in, or comes from, another cabinet
            yield Problem(gap="unsupported" if file.folder >= 0xFFFD else "damaged", name=file.name)
    yield from tail_member(content, max(36, size))


def _files(content: Content, at: int, count: int) -> "list[_File]":
    found: list[_File] = []
    for _ in range(min(count, _MOST_FILES)):
        row = content.read(at, 16 + _LONGEST_NAME)
        end = row.find(b"\0", 16)
        if end < 0:
            break
        size, start, folder, _, _, attributes = struct.unpack_from("<IIHHHH", row)
        label = member_name(row[16:end], utf8=bool(attributes & 0x80)).replace("\\", "/")
        found.append(_File(label, start, size, folder, bool(attributes & 2)))
        at += end + 1
    return found


def _folder(content: Content, table: bytes, reserve: int, files: list[_File], meter: Meter) -> Found:
    at, blocks, method = struct.unpack("<IHH", table)
    wanted = min(max(f.start + f.size for f in files), meter.room)
    try:
        data, whole = _unpacked(content, at, blocks, reserve, method, wanted, meter)
    except NotImplementedError:
        for file in files:
            yield Problem(gap="unsupported", name=file.name)
        return
    for file in files:
        body = data[file.start : file.start + file.size]
        yield from odd_name(file.name)
        cut = file.start + file.size > meter.room
        yield Member(file.name, BytesContent(body), cut=cut, hidden=file.hidden)
        if len(body) < file.size and not cut:
            whole = False
    if not whole:
        yield Problem(gap="damaged", name=files[-1].name)


def _unpacked(
    content: Content, at: int, blocks: int, reserve: int, method: int, wanted: int, meter: Meter
) -> tuple[bytes, bool]:
    """Return what a folder holds, and whether all of it came out."""
    kind = method & 15
    if kind not in {0, 1, 3}:
        raise NotImplementedError
    out = bytearray()
    packed = bytearray()
    expected, whole = 0, True
    for _ in range(blocks):
        meter.budget.check_time()
        head = content.read(at, 8)
        if len(head) < 8:
            whole = False
            break
        _, length, size = struct.unpack("<IHH", head)
        block = content.read(at + 8 + reserve, length)
        at += 8 + reserve + length
        expected += size
        whole = whole and len(block) == length
        if kind == 3:
            packed += block
            continue
        plain = block if kind == 0 else _mszip(block, bytes(out[-32768:]), size)
        meter.spend(len(plain))
        out += plain
        if len(plain) < size or len(out) >= wanted:
            break
    if kind == 3:
        machine = None
        try:
            machine = Lzx(bytes(packed), method >> 8 & 31, meter.budget)
            machine.run(min(expected, wanted))
        except LzxDamaged:
            whole = False
        out = machine.out if machine else out
        whole = whole and machine is not None and not machine.overran
        meter.spend(len(out))
    return bytes(out), whole and len(out) >= wanted


def _mszip(block: bytes, before: bytes, size: int) -> bytes:
    """Return a block of MSZIP: deflate that may look back into the block before."""
    if block[:2] != b"CK":
        return b""
    machine = zlib.decompressobj(-zlib.MAX_WBITS, zdict=before)
    try:
        return machine.decompress(block[2:], max(1, size))
    except zlib.error:
        return b""
