"""Archives of the kinds that the standard library cannot write, made at run time."""

import hashlib
import hmac
import io
import struct
import zlib

import py7zr

from tests.engine.samples import central_header, end_record, local_header

_POLY = 0xEDB88320


def _row(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (_POLY if value & 1 else 0)
    return value


_TABLE = [_row(n) for n in range(256)]


def _old_cipher(data: bytes, password: bytes, check: int) -> bytes:
    """Encrypt as PKZIP 2 did, after a header of 12 bytes of which the last is the check."""
    k0, k1, k2 = 0x12345678, 0x23456789, 0x34567890

    def update(byte: int) -> None:
        nonlocal k0, k1, k2
        k0 = k0 >> 8 ^ _TABLE[(k0 ^ byte) & 255]
        k1 = ((k1 + (k0 & 255)) * 134775813 + 1) & 0xFFFFFFFF
        k2 = k2 >> 8 ^ _TABLE[(k2 ^ k1 >> 24) & 255]

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in bytes(range(11)) + bytes([check]) + data:
        temporary = k2 | 2
        out.append(byte ^ (temporary * (temporary ^ 1) >> 8 & 255))
        update(byte)
    return bytes(out)


def _deflated(data: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(data) + machine.flush()


def locked_zip(members: dict[str, bytes], password: str, *, aes: bool = False) -> bytes:
    """Return a ZIP whose entries are deflated and encrypted."""
    out, central = b"", b""
    for label, data in members.items():
        name = label.encode()
        if aes:
            local, line = _aes_entry(name, data, password.encode(), len(out))
        else:
            packed = _old_cipher(_deflated(data), password.encode(), zlib.crc32(data) >> 24)
            local = local_header(name, data, method=8, flags=1, packed=packed)
            line = central_header(name, data, len(out), method=8, flags=1, packed=len(packed))
        out += local
        central += line
    return out + central + end_record(len(members), len(central), len(out))


def _aes_entry(name: bytes, data: bytes, password: bytes, at: int) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", password, salt, 1000, 66)
    plain = _deflated(data)
    blocks = b"".join(struct.pack("<QQ", n + 1, 0) for n in range(len(plain) // 16 + 1))
    stream = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor().update(blocks)
    body = bytes(a ^ b for a, b in zip(plain, stream, strict=False))
    packed = salt + keys[64:] + body + hmac.digest(keys[32:64], body, "sha1")[:10]
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 8)
    local = bytearray(local_header(name, data, method=99, flags=1, packed=packed))
    local[28:30] = struct.pack("<H", len(extra))
    local[14:18] = bytes(4)
    local[30 + len(name) : 30 + len(name)] = extra
    line = bytearray(central_header(name, data, at, method=99, flags=1, packed=len(packed)))
    line[30:32] = struct.pack("<H", len(extra))
    line[16:20] = bytes(4)
    return bytes(local), bytes(line) + extra


def sevenzipped(members: dict[str, bytes], password: str | None = None, *, hide_names: bool = False) -> bytes:
    """Return a 7z."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=password, header_encryption=hide_names) as archive:
        archive.set_encoded_header_mode(hide_names)
        for name, data in members.items():
            archive.writestr(data, name)
    return out.getvalue()


def iso(
    members: dict[str, bytes], *, hidden: frozenset[str] = frozenset(), joliet: bool = True, udf: bool = False
) -> bytes:
    """Return a disc; names of 8.3 signs in capitals, such as `A.LNK`."""
    import pycdlib

    disc = pycdlib.PyCdlib()
    disc.new(joliet=3 if joliet else None, udf="2.60" if udf else None)
    for name, data in members.items():
        label = f"/{name};1"
        path = f"/{name}"
        disc.add_fp(
            io.BytesIO(data), len(data), label, joliet_path=path if joliet else None, udf_path=path if udf else None
        )
        if name in hidden:
            disc.set_hidden(iso_path=label)
            if joliet:
                disc.set_hidden(joliet_path=f"/{name}")
    out = io.BytesIO()
    disc.write_fp(out)
    disc.close()
    return out.getvalue()


def udf_only(members: dict[str, bytes]) -> bytes:
    """Return a disc whose ISO 9660 tree cannot be found: only UDF is left."""
    data = bytearray(iso(members, joliet=False, udf=True))
    at = 16 * 2048
    while data[at + 1 : at + 6] == b"CD001":
        data[at + 1 : at + 6] = b"BEA01"
        at += 2048
    return bytes(data)


def cab(members: dict[str, bytes], method: str = "stored", *, attributes: int = 0x20) -> bytes:
    """Return a cabinet with one folder: stored, mszip or lzx."""
    data = b"".join(members.values())
    blocks = [data[i : i + 32768] for i in range(0, len(data), 32768)]
    packed = [(b, len(b)) for b in blocks]
    kind = {"stored": 0, "mszip": 1, "quantum": 2, "lzx": 3 | 15 << 8}[method]
    if method == "mszip":
        packed, before = [], b""
        for block in blocks:
            machine = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=before) if before else zlib.compressobj(9, 8, -15)
            packed.append((b"CK" + machine.compress(block) + machine.flush(), len(block)))
            before = block
    elif method == "lzx":
        packed = list(zip(lzx(blocks), map(len, blocks), strict=True))
    rows, at = b"", 0
    for name, body in members.items():
        rows += struct.pack("<IIHHHH", len(body), at, 0, 0, 0, attributes) + name.encode() + b"\0"
        at += len(body)
    body = b"".join(struct.pack("<IHH", 0, len(p), size) + p for p, size in packed)
    start = 36 + 8 + len(rows)
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", 0, start + len(body), 0, 44, 0, 3, 1, 1, len(members), 0, 0, 0)
    return head + struct.pack("<IHH", start, len(packed), kind) + rows + body


class _Bits:
    """Writes bits into 16-bit words, the highest first."""

    def __init__(self) -> None:
        self.text = ""

    def put(self, value: int, count: int) -> None:
        self.text += f"{value:0{count}b}" if count else ""

    def words(self) -> bytes:
        self.text += "0" * (-len(self.text) % 16)
        return b"".join(struct.pack("<H", int(self.text[i : i + 16], 2)) for i in range(0, len(self.text), 16))


def lzx(blocks: list[bytes], *, window_bits: int = 15, restart: bool = False) -> list[bytes]:
    """Return one frame for each block: literals of 9 bits each, and a match for what repeats the byte before.

    With `restart` every frame begins anew, as in help files.
    """
    slots = {15: 30, 16: 32, 17: 34}[window_bits]
    frames = []
    for n, block in enumerate(blocks):
        out = _Bits()
        fresh = restart or n == 0
        if fresh:
            out.put(0, 1)  # no translation of calls
        out.put(1, 3)  # a verbatim block
        out.put(len(block), 24)
        symbols = 256 + 8 * slots  # all of them with 9 bits: at most 512
        for count in (256, symbols - 256):
            _same_lengths(out, count, 9 if fresh else 0)
        _same_lengths(out, 249, 8 if fresh else 0)
        at = 0
        while at < len(block):
            run = 0
            while at and run < 257 and at + run < len(block) and block[at + run] == block[at + run - 1]:
                run += 1
            if run >= 2:  # distance 1 stands in the list of recent ones, at the top, from the beginning
                out.put(256 + min(run - 2, 7), 9)
                if run - 2 >= 7:
                    out.put(run - 9, 8)
                at += run
            else:
                out.put(block[at], 9)
                at += 1
        frames.append(out.words())
    return frames


def _same_lengths(out: _Bits, count: int, length: int) -> None:
    """Write a list of lengths that differ from those before by the same step: a small tree, then its first symbol."""
    symbol = (17 - length) % 17
    for n in range(20):
        out.put(1 if n in {symbol, 19} else 0, 4)
    code = "0" if symbol < 19 else "1"
    for _ in range(count):
        out.put(int(code), 1)


def chm(pages: dict[str, bytes]) -> bytes:
    """Return a help file whose pages lie in one packed section."""
    data = b"".join(pages.values())
    size = len(data)
    blocks = [data[i : i + 32768] for i in range(0, size, 32768)]
    packed = b"".join(lzx(blocks, window_bits=16, restart=True))
    space = "::DataSpace/Storage/MSCompressed/"
    control = struct.pack("<I4sIIIII", 6, b"LZXC", 2, 1, 2, 1, 0)
    reset = struct.pack("<IIIIQQQ", 2, len(blocks), 8, 40, size, len(packed), 32768) + bytes(8 * len(blocks))
    entries, content, at = b"", b"", 0
    for name, body in (("Content", packed), ("ControlData", control), ("Transform/x/InstanceData/ResetTable", reset)):
        entries += _chm_entry(space + name, 0, len(content), len(body))
        content += body
    for name, body in pages.items():
        entries += _chm_entry(f"/{name}", 1, at, len(body))
        at += len(body)
    chunk = b"PMGL" + struct.pack("<IIII", 4096 - 20 - len(entries), 0, 0xFFFFFFFF, 0xFFFFFFFF) + entries
    table = b"ITSP" + struct.pack("<IIIIIIIIIII", 1, 84, 10, 4096, 2, 1, 0xFFFFFFFF, 0, 0, 0xFFFFFFFF, 1)
    directory = table.ljust(84, b"\0") + chunk.ljust(4096, b"\0")
    head = b"ITSF" + struct.pack("<IIIII", 3, 96, 1, 0, 0) + bytes(32) + struct.pack("<QQ", 96, 0)
    head += struct.pack("<QQQ", 96, len(directory), 96 + len(directory))
    return head + directory + content


def _chm_entry(name: str, section: int, start: int, size: int) -> bytes:
    def number(value: int) -> bytes:
        out = bytes([value & 127])
        while value := value >> 7:
            out = bytes([value & 127 | 128]) + out
        return out

    return number(len(name)) + name.encode() + number(section) + number(start) + number(size)


def rar4(members: dict[str, bytes], *, method: int = 0x30, flags: int = 0, attributes: int = 0x20) -> bytes:
    """Return a RAR of the old kind with stored files."""
    out = b"Rar!\x1a\x07\x00" + struct.pack("<HBHHHI", 0, 0x73, 0, 13, 0, 0)
    for label, data in members.items():
        name = label.encode()
        more = struct.pack(
            "<IIBIIBBHI", len(data), len(data), 0, zlib.crc32(data), 0, 20, method, len(name), attributes
        )
        out += struct.pack("<HBHH", 0, 0x74, 0x8000 | flags, 32 + len(name)) + more + name + data
    return out + struct.pack("<HBHH", 0, 0x7B, 0x4000, 7)


def _vint(value: int) -> bytes:
    out = b""
    while True:
        byte, value = value & 127, value >> 7
        out += bytes([byte | (128 if value else 0)])
        if not value:
            return out


def rar5(members: dict[str, bytes], *, method: int = 0, extra: bytes = b"", attributes: int = 0x20) -> bytes:
    """Return a RAR of the new kind with stored files; a member `:name` is written as a stream of the one before."""

    def block(kind: int, flags: int, rest: bytes, more: bytes = b"", data: bytes = b"") -> bytes:
        body = _vint(kind) + _vint(flags | bool(more) | 2 * bool(data))
        body += (_vint(len(more)) if more else b"") + (_vint(len(data)) if data else b"") + rest + more
        body = _vint(len(body)) + body
        return struct.pack("<I", zlib.crc32(body)) + body + data

    out = b"Rar!\x1a\x07\x01\x00" + block(1, 0, _vint(0))
    for label, data in members.items():
        more, kind, name = extra, 2, label.encode()
        if label.startswith(":"):
            record = _vint(7) + name
            more, kind, name = extra + _vint(len(record)) + record, 3, b"STM"
        rest = _vint(4) + _vint(len(data)) + _vint(attributes) + struct.pack("<I", zlib.crc32(data))
        rest += _vint(method << 7) + _vint(0) + _vint(len(name)) + name
        out += block(kind, 0, rest, more, data)
    return out + block(5, 0, _vint(0))


def cpio(members: dict[str, bytes], *, old: bool = False) -> bytes:
    """Return a cpio with the new ASCII headers, or the portable ones."""

    def pad(data: bytes) -> bytes:
        return data if old else data + bytes(-len(data) % 4)

    out = b""
    for label, data in {**members, "TRAILER!!!": b""}.items():
        name = label.encode() + b"\0"
        if old:
            fields = (
                f"070707{0:06o}{0:06o}{0o100644:06o}{0:06o}{0:06o}{1:06o}{0:06o}{0:011o}{len(name):06o}{len(data):011o}"
            )
        else:
            numbers = (0, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
            fields = "070701" + "".join(f"{n:08x}" for n in numbers)
        out += pad(fields.encode() + name) + pad(data)
    return out


def rpm(payload: bytes) -> bytes:
    """Return the shell of a package around a payload."""
    header = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 0, 4) + b"text"
    return b"\xed\xab\xee\xdb".ljust(96, b"\0") + header.ljust(24, b"\0") + header + payload


def lz4(data: bytes, *, stored: bool = False) -> bytes:
    """Return a frame of one block: stored, or with literals and one match for what repeats at the end."""
    if stored:
        block, mark = data, len(data) | 1 << 31
    else:
        run = len(data) - len(data.rstrip(data[-1:]))
        literals = data[: len(data) - run + 1] if run > 24 else data
        match = len(data) - len(literals) - 5
        if run > 24:
            block = _sequence(literals, match - 4) + b"\1\0" + _more(match - 4) + _sequence(data[-5:], 0)
        else:
            block = _sequence(literals, 0)
        mark = len(block)
    return b"\x04\x22\x4d\x18\x60\x70\0" + struct.pack("<I", mark) + block + bytes(4)


def _more(count: int) -> bytes:
    return bytes([255] * ((count - 15) // 255) + [(count - 15) % 255]) if count >= 15 else b""


def _sequence(literals: bytes, match: int) -> bytes:
    return bytes([min(15, len(literals)) << 4 | min(15, match)]) + _more(len(literals)) + literals
