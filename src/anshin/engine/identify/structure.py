"""Kinds that a few bytes at one offset cannot tell: MZ, fat Mach-O or Java class, ZIP and its children, tar, mail."""

import re
import struct

from anshin.engine.content import Content
from anshin.engine.identify.polyglot import MESSAGE
from anshin.engine.wording import load_data

_MBOX = re.compile(r"From [^\r\n]{1,500}\r?\n[!-9;-~]{1,80}:")


def refine_mz(content: Content, head: bytes) -> tuple[str, str]:
    """Tell a PE from an old DOS program."""
    if len(head) >= 64:
        (at,) = struct.unpack_from("<I", head, 0x3C)
        if content.read(at, 4) == b"PE\0\0":
            return "pe", "application/vnd.microsoft.portable-executable"
    return "msdos", "application/x-dosexec"


def refine_macho(head: bytes) -> tuple[str, str]:
    """Tell a fat Mach-O from a Java class: both begin with CAFEBABE, then architectures or a version of 45 and up."""
    if len(head) >= 8 and struct.unpack_from(">I", head, 4)[0] < 40:
        return "macho", "application/x-mach-binary"
    return "class", "application/java-vm"


def is_tar(head: bytes) -> bool:
    """Whether the first block has a right tar checksum; old tar files have no magic bytes."""
    block = head[:512]
    if len(block) < 512 or not block[0]:
        return False
    field = block[148:156].strip(b" \0")
    if not field or not all(48 <= c <= 55 for c in field):
        return False
    return int(field, 8) == sum(block) - sum(block[148:156]) + 8 * 32


def zip_kind(content: Content, head: bytes) -> tuple[str, str]:
    """Tell apart the children of ZIP by the names at its beginning and in its central directory."""
    data = load_data("identify/kinds.yaml")
    if head[30:38] == b"mimetype":
        stated = head[38:128]
        for kind, mime in data["zip_mimetype"]:
            if stated.startswith(mime.encode()):
                return kind, mime
    names = _entry_names(content)
    for kind, mime, wanted in data["zip"]:
        for name in names:
            if name.startswith(wanted) if wanted.endswith("/") else name == wanted:
                return kind, mime
    return "zip", "application/zip"


def _entry_names(content: Content) -> list[str]:
    """Names in the central directory as far as they stand in the last 256 KiB: enough to tell the kind."""
    tail = content.read(max(0, content.size - 256 * 1024), 256 * 1024)
    names: list[str] = []
    at = tail.find(b"PK\x01\x02")
    while at >= 0 and at + 46 <= len(tail) and len(names) < 2000:
        (length,) = struct.unpack_from("<H", tail, at + 28)
        names.append(tail[at + 46 : at + 46 + length].decode("utf-8", "replace"))
        at = tail.find(b"PK\x01\x02", at + 46)
    return names


def is_mbox(text: str) -> bool:
    """Whether the text begins like a mailbox: the line that separates mails, then a header field."""
    return _MBOX.match(text) is not None


def is_message(content: Content, head: bytes) -> bool:
    """Whether an OLE2 file is a message of Outlook, as far as the beginning of its directory tells."""
    if len(head) < 512:
        return False
    (shift,), (first,) = struct.unpack_from("<H", head, 0x1E), struct.unpack_from("<I", head, 0x30)
    if not 7 <= shift <= 16 or first > 0xFFFFFFF0:
        return False
    return MESSAGE in content.read((first + 1) << shift, 64 * 1024)


def is_volume(boot: bytes) -> bool:
    """Whether a boot sector is that of FAT or NTFS."""
    if len(boot) < 512 or boot[510:512] != b"\x55\xaa":
        return False
    return boot[3:11] == b"NTFS    " or boot[54:57] == b"FAT" or boot[82:87] == b"FAT32"


def is_mail(text: str, headers: frozenset[str]) -> bool:
    """Whether the text begins like a mail: only header lines, at least two of them well known."""
    known = 0
    for line in text[:4096].splitlines()[:20]:
        if not line:
            break
        if line[0] in " \t":
            continue
        name, colon, _ = line.partition(":")
        if not colon or not name.replace("-", "").isalnum():
            return False
        known += name.lower() in headers
    return known >= 2
