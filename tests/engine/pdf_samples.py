"""Harmless PDFs made at run time: whole ones with a table, and parts to forge others from."""

import hashlib
import struct
import zlib

PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R%s>>"
TEXT = b"BT /F1 12 Tf 72 720 Td (Hello, this is an honest page with some words on it.) Tj ET"
PICTURE = b"q 600 0 0 800 0 0 cm /Im1 Do Q"


def stream(data: bytes, extra: bytes = b"", *, flate: bool = False) -> bytes:
    """Return the value of an object that is a stream."""
    if flate:
        data, extra = zlib.compress(data), extra + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (extra, len(data), data)


def pdf(
    extra: dict[int, bytes] | None = None,
    *,
    catalog: bytes = b"",
    page: bytes = b"",
    content: bytes = TEXT,
    trailer: bytes = b"",
    version: bytes = b"1.7",
) -> bytes:
    """Return a document of one page; `extra` holds the values of objects from number 10 on."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: PAGE % page,
        4: stream(content),
        **(extra or {}),
    }
    return assemble(objects, trailer=trailer, version=version)


def assemble(objects: dict[int, bytes], *, trailer: bytes = b"", version: bytes = b"1.7") -> bytes:
    """Return a file with these objects, a right table and a trailer; object 1 is the catalogue."""
    out = b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version
    places = {}
    for number, value in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    at = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    return out + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (max(objects) + 1, trailer, at)


def object_stream(objects: dict[int, bytes]) -> bytes:
    """Return the value of an object stream that holds these objects."""
    head, body = b"", b""
    for number, value in objects.items():
        head += b"%d %d " % (number, len(body))
        body += value + b" "
    return stream(head + body, b"/Type/ObjStm/N %d/First %d" % (len(objects), len(head)), flate=True)


def on_open(script: bytes, **more: bytes) -> bytes:
    """Return a document that runs a script when it is opened."""
    return pdf(
        {10: b"<</S/JavaScript/JS 11 0 R>>", 11: stream(script, flate=True)}, catalog=b"/OpenAction 10 0 R", **more
    )


def at_click(action: bytes, rect: bytes = b"[10 10 90 30]") -> bytes:
    """Return a document with a link that does `action` when it is clicked."""
    return pdf({10: b"<</Type/Annot/Subtype/Link/Rect %s/A %s>>" % (rect, action)}, page=b"/Annots[10 0 R]")


def attached(name: bytes, data: bytes, script: bytes = b"") -> bytes:
    """Return a document with a file in it, and a script that runs when it is opened."""
    objects = {
        10: b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F 11 0 R>>>>" % (name, name),
        11: stream(data, b"/Type/EmbeddedFile", flate=True),
        12: b"<</S/JavaScript/JS 13 0 R>>",
        13: stream(script),
    }
    catalog = b"/Names<</EmbeddedFiles<</Names[(%s) 10 0 R]>>>>" % name
    if script:
        catalog += b"/OpenAction 12 0 R"
    return pdf(objects, catalog=catalog)


_PAD = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(data), 0, 0
    for n in range(len(out)):
        i = (i + 1) & 255
        j = (j + box[i]) & 255
        box[i], box[j] = box[j], box[i]
        out[n] ^= box[(box[i] + box[j]) & 255]
    return bytes(out)


def encrypted(script: bytes, password: bytes = b"") -> bytes:
    """Return a document with a script, encrypted with 40-bit RC4 (the oldest handler, revision 2)."""
    identity = b"0123456789abcdef"
    owner = _rc4(hashlib.md5((password + _PAD)[:32]).digest()[:5], (password + _PAD)[:32])
    key = hashlib.md5((password + _PAD)[:32] + owner + struct.pack("<i", -4) + identity).digest()[:5]
    secret = hashlib.md5(key + struct.pack("<I", 11)[:3] + b"\0\0").digest()[:10]
    handler = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (owner.hex().encode(), _rc4(key, _PAD).hex().encode())
    return pdf(
        {10: b"<</S/JavaScript/JS 11 0 R>>", 11: stream(_rc4(secret, script)), 12: handler},
        catalog=b"/OpenAction 10 0 R",
        trailer=b"/Encrypt 12 0 R/ID[<%s><%s>]" % (identity.hex().encode(), identity.hex().encode()),
    )
