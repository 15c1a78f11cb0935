"""What streams are packed with and what they hide: programs, and pictures and fonts made to break their reader."""

import math
import re
import struct
import zlib
from collections import Counter

import numpy as np

from anshin.engine.features.content import entropy
from anshin.engine.formats.contract import Parsed
from anshin.engine.formats.pdf.document import Document
from anshin.engine.formats.pdf.filters import PICTURES
from anshin.engine.formats.pdf.scan import Entry

LOOKED_AT = 2_000
"""Streams whose dictionary is read."""
PEEKED = 48
"""Streams of which the beginning is unpacked, to see what it is."""
SAMPLED = 32
"""Streams whose entropy is taken, evenly over the file."""
_FILTER = re.compile(
    rb"/(?:Filter|F)[\x00\t\n\f\r ]*(\[[^\]]{0,400}\]?|/[A-Za-z0-9]{1,30}|\d+[\x00\t\n\f\r ]+\d+[\x00\t\n\f\r ]+R)"
)
_FILTER_NAME = re.compile(rb"/([A-Za-z0-9]{1,30})")
_HEAD = 1024


def judge_streams(document: Document, parsed: Parsed) -> None:
    """Add signs and facts of all streams."""
    chains: Counter[tuple[str, ...]] = Counter()
    peeked = fonts = 0
    bodies = [e for e in document.main.objects if e.body is not None]
    for entry in bodies[:LOOKED_AT]:
        text = entry.text
        chain = _chain(text)
        chains[chain] += 1
        if any(chain.count(name) >= 3 for name in chain) or len(chain) >= 5:
            parsed.sign("pdf.packed_often", f"object {entry.number}")
        if "JBIG2Decode" in chain:
            _jbig2(document, entry, text, parsed)
        elif b"/Length1" in text or b"TrueType" in text:
            fonts += 1
            if fonts <= PEEKED:
                _font(document, entry, chain, parsed)
        elif peeked < PEEKED and not PICTURES & set(chain) and b"/Subtype" not in text and b"/Type" not in text:
            peeked += 1
            _peek(document, entry, chain, parsed)
    _facts(document, bodies, chains, parsed)
    parsed.tokens += [f"filters:{'+'.join(chain) or 'none'}" for chain in list(chains)[:64]]


def _chain(text: bytes) -> tuple[str, ...]:
    match = _FILTER.search(text)
    return tuple(n.decode("ascii") for n in _FILTER_NAME.findall(match[1])[:16]) if match else ()


def _beginning(document: Document, entry: Entry, chain: tuple[str, ...], limit: int) -> bytes:
    """Return the first bytes of a stream, without reading its dictionary where the common way of packing was used."""
    if document.key is None and entry.body is not None and chain in {(), ("FlateDecode",)}:
        start, end = entry.body
        data = document.data[start : min(end, start + limit)]
        try:
            return zlib.decompressobj().decompress(data, limit) if chain else data
        except zlib.error:
            pass
    return document.stream(entry, limit)


def _peek(document: Document, entry: Entry, chain: tuple[str, ...], parsed: Parsed) -> None:
    """See whether a stream that is no attachment, picture or font begins like a program."""
    head = _beginning(document, entry, chain, _HEAD)
    if head.startswith(b"MZ") and len(head) >= 64:
        (at,) = struct.unpack_from("<I", head, 60)
        if head[at : at + 4] == b"PE\0\0":
            parsed.sign("pdf.program_hidden", f"object {entry.number}")
    elif head.startswith((b"FWS", b"CWS", b"ZWS")):
        parsed.sign("pdf.film", f"object {entry.number}")


def _font(document: Document, entry: Entry, chain: tuple[str, ...], parsed: Parsed) -> None:
    """Look for a SING table whose name of fixed length does not end (CVE-2010-2883)."""
    head = _beginning(document, entry, chain, 1100)
    if head[:4] not in {b"\0\1\0\0", b"true", b"OTTO"}:
        return
    (count,) = struct.unpack_from(">H", head.ljust(6, b"\0"), 4)
    for n in range(min(count, 64)):
        record = head[12 + 16 * n : 28 + 16 * n]
        if record[:4] == b"SING" and len(record) == 16:
            (at,) = struct.unpack_from(">I", record, 8)
            table = document.stream(entry, min(at, 1 << 24) + 64)[at : at + 64]
            name = table[16:44]  # uniqueName: 27 characters and a zero
            if len(name) == 28 and b"\0" not in name:
                parsed.sign("pdf.font_overflow", f"object {entry.number}")


def _jbig2(document: Document, entry: Entry, text: bytes, parsed: Parsed) -> None:
    """Read the segment headers of a JBIG2 picture: attacks on it forge their sizes and pile up refinements."""
    if b"/Image" not in text:
        parsed.sign("pdf.picture_no_picture", f"object {entry.number}")
    data = document.raw(entry)[: 1024 * 1024]
    at = refinements = segments = 0
    while at + 11 <= len(data) and segments < 5_000:
        number, flags, counts = struct.unpack_from(">IBB", data, at)
        referred = counts >> 5
        at += 6
        if referred == 7:
            (referred,) = struct.unpack_from(">I", data.ljust(at + 4, b"\0"), at - 1)
            referred &= 0x1FFFFFFF
            at += 3 + (referred + 8) // 8
        size = 1 if number <= 256 else 2 if number <= 65536 else 4
        if referred > 4096:
            parsed.sign("pdf.picture_forged", f"object {entry.number}")
            return
        at += referred * size + (4 if flags & 0x40 else 1)
        if at + 4 > len(data):
            return
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        segments += 1
        refinements += flags & 0x3F in {40, 42, 43}
        if length == 0xFFFFFFFF:
            return
        at += length
    if refinements > 1000:
        parsed.sign("pdf.picture_forged", f"object {entry.number}")


def _facts(document: Document, bodies: list[Entry], chains: Counter[tuple[str, ...]], parsed: Parsed) -> None:
    facts = parsed.facts
    total = max(1, sum(chains.values()))
    size = max(1, len(document.data))
    lengths = [end - start for start, end in document.found.streams] or [0]
    step = max(1, len(bodies) // SAMPLED)
    entropies = [
        _entropy(document.data[e.body[0] : min(e.body[1], e.body[0] + 4096)]) for e in bodies[::step] if e.body
    ]
    facts.update(
        streams=math.log1p(len(document.found.streams)),
        stream_share=sum(lengths) / size,
        stream_largest=max(lengths) / size,
        stream_mean=math.log1p(sum(lengths) / len(lengths)),
        stream_entropy=float(np.mean(entropies)) if entropies else 0.0,
        stream_entropy_low=min(entropies, default=0.0),
        stream_entropy_spread=float(np.std(entropies)) if entropies else 0.0,
        stream_unpacked=chains[()] / total,
        stream_chained=sum(n for c, n in chains.items() if len(c) > 1) / total,
        stream_pictures=sum(n for c, n in chains.items() if PICTURES & set(c)) / total,
        stream_chains=math.log1p(len(chains)),
        stream_longest_chain=float(max((len(c) for c in chains), default=0)),
        stream_wrong_length=document.found.wrong_lengths / max(1, len(document.found.streams)),
        stream_unended=float(document.found.unended > 0),
        stream_damaged=math.log1p(document.damaged_streams),
    )


def _entropy(data: bytes) -> float:
    if not data:
        return 0.0
    return entropy(np.bincount(np.frombuffer(data, dtype=np.uint8), minlength=256) / len(data))
