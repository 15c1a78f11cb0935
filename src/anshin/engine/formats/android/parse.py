"""Reads an app (APK), or byte code (DEX) alone."""

import struct

from anshin.engine.budget import Budget
from anshin.engine.content import BytesContent
from anshin.engine.formats.android import axml, code, facts, signs
from anshin.engine.formats.android.manifest import manifest
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.markers import Marker, Markers
from anshin.engine.formats.measure import entropy_of
from anshin.engine.formats.zipped import Packed, body, entries
from anshin.engine.unpack.member import Member, Problem
from anshin.engine.wording import load_data

MANIFEST = "AndroidManifest.xml"
LONGEST_MANIFEST = 8 * 1024 * 1024
LONGEST_CODE = 64 * 1024 * 1024
MOST_CODES = 16
MOST_ASSETS = 64
"""Assets looked into for what they hide."""
SAMPLE = 4096
BLOCK_MAGIC = b"APK Sig Block 42"
V2, V3 = 0x7109871A, 0xF05368C0
_MARKERS = Markers("android/markers.yar")


def parse_dex(data: bytes, budget: Budget) -> Parsed:
    """Return the names in byte code. Raises `LimitHit` only."""
    parsed = Parsed("android")
    one, markers = _read(data, budget)
    app = signs.App(codes=[one], markers=markers)
    budget.check_time()
    if app.codes[0].damaged:
        parsed.problems.append(Problem(gap="damaged", detail="header DEX"))
    signs.report(app, parsed)
    facts.add_facts(app, parsed)
    return parsed


def parse(data: bytes, budget: Budget) -> Parsed:
    """Return manifest, byte code and signs of an app. Raises `LimitHit` only."""
    budget.check_time()
    parsed = Parsed("android")
    listed = entries(data, budget)
    app = signs.App(names=[e.name for e in listed])
    for one in listed:
        if one.name == MANIFEST:
            document = axml.read(body(data, one, budget, LONGEST_MANIFEST), budget)
            app.manifest = manifest(document)
            break
    if data.startswith(code.MAGIC):
        parsed.sign("android.two_in_one", "header DEX")
    if not app.manifest.there:
        parsed.problems.append(Problem(gap="damaged", detail=f"part {MANIFEST}"))
    _code(data, listed, app, budget, parsed)
    _lies(data, listed, app, budget, parsed)
    _assets(data, listed, app, budget)
    app.schemes, app.signers = _signature(data, listed, budget)
    signs.report(app, parsed)
    facts.add_facts(app, parsed)
    return parsed


def _read(data: bytes, budget: Budget) -> tuple[code.Code, dict[str, Marker]]:
    """Return what one DEX file holds; read once for the app around it and for itself."""
    return budget.once(("dex", data), lambda: (code.read(data, budget), _MARKERS.find(data)), size=len(data))


def _code(data: bytes, listed: list[Packed], app: signs.App, budget: Budget, parsed: Parsed) -> None:
    """Read all byte code, so that what stands in two files is seen together."""
    found = [e for e in listed if e.name.startswith("classes") and e.name.endswith(".dex")]
    for one in found[:MOST_CODES]:
        budget.check_time()
        piece = body(data, one, budget, LONGEST_CODE)
        code_of_one, markers = _read(piece, budget)
        app.codes.append(code_of_one)
        for name, marker in markers.items():
            known = app.markers.get(name, Marker(0, 0))
            app.markers[name] = Marker(0, known.count + marker.count)
    if len(found) > MOST_CODES:
        parsed.problems.append(Problem(gap="members", detail="part classes.dex"))


def _lies(data: bytes, listed: list[Packed], app: signs.App, budget: Budget, parsed: Parsed) -> None:
    """Take out what Android reads and other programs do not: entries with a false password mark or method."""
    for one in listed:
        essential = one.name == MANIFEST or one.name.endswith((".dex", ".arsc", ".so"))
        if not essential or not one.contradicts:
            continue
        app.forged += 1
        if app.forged <= MOST_CODES:
            parsed.members.append(Member(one.name, BytesContent(body(data, one, budget, LONGEST_CODE))))
        elif app.forged == MOST_CODES + 1:
            parsed.problems.append(Problem(gap="members", detail="part (forged)"))


def _assets(data: bytes, listed: list[Packed], app: signs.App, budget: Budget) -> None:
    """Look at the beginning of what lies besides code and pictures: apps inside, and data that is encrypted."""
    compressed = frozenset(load_data(signs.KNOWN)["compressed"])
    seen = 0
    for one in listed:
        ending = one.name.lower().rpartition(".")[2]
        if one.name.lower().endswith((".apk", ".dex")) and not one.name.startswith("classes"):
            app.inner_apps.append(one.name)
        if not one.name.startswith(("assets/", "res/raw/")) or ending in compressed or one.entry.unpacked < 256:
            continue
        seen += 1
        if seen > MOST_ASSETS:
            return
        start = body(data, one, budget, 2 * SAMPLE)
        if start.startswith((b"PK\x03\x04", b"dex\n")):
            app.inner_apps.append(one.name)
        elif len(start) == 2 * SAMPLE and entropy_of(start) > 7.9 and not start.startswith(_COMPRESSED):
            app.hidden_assets.append(one.name)


_COMPRESSED = (
    b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"\x89PNG", b"\xff\xd8\xff", b"OggS", b"RIFF", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
"""How files begin whose contents look like noise because they are compressed."""


def _signature(data: bytes, listed: list[Packed], budget: Budget) -> tuple[frozenset[int], bytes]:
    """Return which kinds of signature there are, and the bytes that name the signers; none is checked."""
    schemes, signers = set(), b""
    for one in listed:
        name = one.name.upper()
        if name.startswith("META-INF/") and name.endswith((".RSA", ".DSA", ".EC")):
            schemes.add(1)
            signers += body(data, one, budget, 65536)
            break
    end = data.rfind(BLOCK_MAGIC)
    if end >= 32:
        (size,) = struct.unpack_from("<Q", data, end - 8)
        start = end + 16 - size
        block = data[max(0, start) : end - 8] if size < 16 * 1024 * 1024 else b""
        at = 0
        while at + 12 <= len(block):
            length, kind = struct.unpack_from("<QI", block, at)
            if length < 4:
                break
            schemes |= {2} if kind == V2 else {3} if kind == V3 else set()
            if kind in {V2, V3}:
                signers += block[at : at + min(8 + length, 65536)]
            at += 8 + length
    return frozenset(schemes), signers
