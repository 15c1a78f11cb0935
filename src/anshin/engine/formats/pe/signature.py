"""The Authenticode signature: who says to have signed, when, and whether the file is still what was signed.

Only what the file itself says: no trust store, no revocation, and the signature's own arithmetic is not verified, so a
name in it proves nothing good. The digest of the file is computed anew.
Source: Microsoft, Windows Authenticode Portable Executable Signature Format.
"""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from anshin.engine.formats.pe import der
from anshin.engine.formats.pe.image import SECURITY, Image

MAX_CERTIFICATES = 64
_SIGNED_DATA, _INDIRECT = "1.2.840.113549.1.7.2", "1.3.6.1.4.1.311.2.1.4"
_OPUS, _NESTED = "1.3.6.1.4.1.311.2.1.12", "1.3.6.1.4.1.311.2.4.1"
_COUNTER, _TIMESTAMP, _TIME = "1.2.840.113549.1.9.6", "1.3.6.1.4.1.311.3.3.1", "1.2.840.113549.1.9.5"
_COMMON, _ORGANISATION = "2.5.4.3", "2.5.4.10"
_HASHES = {
    "1.2.840.113549.2.5": "md5", "1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Certificate:
    """Names of one certificate, as DER and in words."""

    serial: bytes
    issuer: bytes
    subject: bytes
    name: str  # common name and organisation of the subject


@dataclass(slots=True)
class Signed:
    """One signature."""

    certificates: list[Certificate] = field(default_factory=list)
    signer: Certificate | None = None
    algorithm: str = ""
    digest: bytes = b""
    named: bool = False  # it names the program
    countersigned: datetime | None = None
    nested: bool = False  # it stands inside another signature


@dataclass(slots=True)
class Signature:
    """All signatures of a file."""

    present: bool = False
    at: int = 0
    size: int = 0
    signed: list[Signed] = field(default_factory=list)
    broken: bool = False  # the table or a structure in it cannot be read
    padding: int = 0  # bytes in the table behind the structure, other than zeros that fill it up

    @property
    def signers(self) -> str:
        """Names of those who signed, in lower case."""
        return "; ".join(s.signer.name for s in self.signed if s.signer).lower()

    @property
    def self_signed(self) -> bool:
        """Whether a signer vouches for itself only."""
        return any(s.signer is not None and s.signer.issuer == s.signer.subject for s in self.signed)


def read_signature(image: Image) -> Signature:
    """Return what the certificate table says. Never raises."""
    at, size = image.directory(SECURITY)
    found = Signature(at=at, size=size)
    if not at or not size:
        return found
    found.present = True
    data, end = image.data, min(at + size, len(image.data))
    if at + 8 > end or at + size > len(data):
        found.broken = True
    for _ in range(8):
        if at + 8 > end:
            break
        length, _, kind = struct.unpack_from("<IHH", data, at)
        if length < 8 or at + length > end:
            found.broken = True
            break
        if kind == 2:
            _table(data, at + 8, at + length, found)
        at += length + (-length) % 8
    found.broken = found.broken or not found.signed
    return found


def digest_matches(image: Image, found: Signature) -> bool | None:
    """Return whether the file is what was signed; None where no signature can be compared.

    Left out of the digest are the checksum, the entry of the certificate table, and the table itself.
    """
    wanted = [s for s in found.signed if s.algorithm and s.digest]
    if not wanted or found.at < image.optional_at + 68:
        return None
    entry = image.optional_at + (112 if image.plus else 96) + 8 * SECURITY
    checksum = image.optional_at + 64
    view = memoryview(image.data)
    results = []
    for signed in wanted[:2]:
        hashed = hashlib.new(signed.algorithm, usedforsecurity=False)
        for piece in (view[:checksum], view[checksum + 4 : entry], view[entry + 8 : found.at]):
            hashed.update(piece)
        tail = view[found.at + found.size :]
        if len(tail):
            hashed.update(tail)
        results.append(hashed.digest() == signed.digest)
    return all(results)


def _table(data: bytes, start: int, end: int, found: Signature) -> None:
    outer = der.parse(data, start, end)
    if outer is None:
        found.broken = True
        return
    found.padding += len(data[outer.end : end].strip(b"\0"))
    before = len(found.signed)
    _content(outer, found, depth=0)
    found.broken = found.broken or len(found.signed) == before


def _content(outer: der.Node, found: Signature, depth: int) -> None:
    kind, body = der.path(outer, 0), der.path(outer, 1, 0)
    if kind is None or body is None or kind.oid() != _SIGNED_DATA or depth > 3 or len(found.signed) >= 8:
        return
    signed = Signed(nested=depth > 0)
    found.signed.append(signed)
    inner: list[der.Node] = []
    for place, part in enumerate(body.children()):
        if place == 2:
            _indirect(part, signed)
        elif part.tag == 0xA0:
            signed.certificates = list(certificates(part))
        elif part.tag == 0x31 and place > 2:
            inner += _signer(part, signed)
    for node in inner:
        _content(node, found, depth + 1)


def _indirect(part: der.Node, signed: Signed) -> None:
    kind = part.child(0)
    if kind is None or kind.oid() != _INDIRECT:
        return
    algorithm, digest = der.path(part, 1, 0, 1, 0, 0), der.path(part, 1, 0, 1, 1)
    if algorithm is not None and digest is not None:
        signed.algorithm, signed.digest = _HASHES.get(algorithm.oid(), ""), digest.content


def certificates(part: der.Node) -> Iterator[Certificate]:
    """Yield the certificates of a set, in order."""
    for node in part.children()[:MAX_CERTIFICATES]:
        body = node.child(0)
        fields = body.children() if body is not None else []
        fields = fields[1:] if fields and fields[0].tag == 0xA0 else fields
        if len(fields) >= 5:
            yield Certificate(fields[0].content, fields[2].whole, fields[4].whole, name_of(fields[4]))


def name_of(node: der.Node) -> str:
    """Return the common name and the organisation of a distinguished name."""
    words = []
    for part in node.children():
        for pair in part.children():
            kind, value = pair.child(0), pair.child(1)
            if kind is not None and value is not None and kind.oid() in {_COMMON, _ORGANISATION}:
                encoding = "utf-16-be" if value.tag == 30 else "utf-8"
                words.append(value.content[:200].decode(encoding, "replace"))
    return ", ".join(dict.fromkeys(words))


def _signer(part: der.Node, signed: Signed) -> list[der.Node]:
    """Read the first signer; return the signatures nested in its attributes."""
    info = part.child(0)
    fields = info.children() if info is not None else []
    nested: list[der.Node] = []
    if len(fields) < 4:
        return nested
    signed.signer = _own(fields[1], signed.certificates)
    for attribute, values in _attributes(fields, 0xA0):
        if attribute == _OPUS:
            name = values.child(0)
            signed.named = name is not None and any(c.tag == 0xA0 for c in name.children())
    for attribute, values in _attributes(fields, 0xA1):
        first = values.child(0)
        if first is None:
            continue
        if attribute == _COUNTER:
            signed.countersigned = signing_time(first.children())
        elif attribute == _TIMESTAMP:
            signed.countersigned = _stamped(first) or signed.countersigned
        elif attribute == _NESTED:
            nested += values.children()[:4]
    return nested


def _own(ident: der.Node, among: list[Certificate]) -> Certificate | None:
    """Return the certificate that a signer names by issuer and serial number."""
    issuer, serial = ident.child(0), ident.child(1)
    if issuer is None or serial is None:
        return None
    wanted = issuer.whole, serial.content
    return next((c for c in among if (c.issuer, c.serial) == wanted), None)


def _attributes(fields: list[der.Node], tag: int) -> Iterator[tuple[str, der.Node]]:
    for field_ in fields:
        if field_.tag != tag:
            continue
        for attribute in field_.children():
            kind, values = attribute.child(0), attribute.child(1)
            if kind is not None and values is not None:
                yield kind.oid(), values


def signing_time(fields: list[der.Node]) -> datetime | None:
    """Return the time that the signed attributes of a signer state."""
    for attribute, values in _attributes(fields, 0xA0):
        if attribute == _TIME:
            return _time(values.child(0))
    return None


def _stamped(outer: der.Node) -> datetime | None:
    """Return the time of an RFC 3161 time stamp."""
    octets = der.path(outer, 1, 0, 2, 1, 0)
    inner = der.parse(octets.content) if octets is not None else None
    return _time(inner.child(4)) if inner is not None else None


def _time(node: der.Node | None) -> datetime | None:
    if node is None or node.tag not in {0x17, 0x18}:
        return None
    text, _, fraction = node.content[:32].decode("ascii", "replace").rstrip("Z").partition(".")
    if node.tag == 0x17:
        text = ("19" if text[:2] >= "50" else "20") + text
    try:
        return datetime.strptime(f"{text}.{fraction[:6] or 0}", "%Y%m%d%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None
