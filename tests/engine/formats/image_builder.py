"""Builds small pictures, whole to their last byte."""

import struct
import zlib


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one part of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*parts: tuple[bytes, bytes], size: int = 16) -> bytes:
    """Return a white square, with further parts before its pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + b"\xff" * 3 * size) * size))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(n, b) for n, b in parts) + pixels + chunk(b"IEND", b"")


def jpeg(*parts: tuple[int, bytes], pixels: bytes = bytes(range(200)) * 4) -> bytes:
    """Return the frame of a JPEG, with further segments (marker, body); its pixels are no real ones."""
    out = b"\xff\xd8"
    for code, body in ((0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), *parts, (0xC0, b"\x08\0\x10\0\x10\1\1\x11\0")):
        out += struct.pack(">BBH", 0xFF, code, len(body) + 2) + body
    return out + b"\xff\xda\0\x08\1\1\0\0\x3f\0" + pixels.replace(b"\xff", b"\xff\0") + b"\xff\xd9"


def gif(*parts: tuple[int, bytes], width: int = 16) -> bytes:
    """Return a GIF, with further extensions (label, body)."""
    out = b"GIF89a" + struct.pack("<HHBBB", width, 16, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    for label, body in parts:
        blocks = b"".join(bytes([len(body[i : i + 255])]) + body[i : i + 255] for i in range(0, len(body), 255))
        out += bytes([0x21, label]) + blocks + b"\0"
    return out + b"\x2c" + struct.pack("<HHHHB", 0, 0, 16, 16, 0) + b"\x02\x02\x44\x01\0" + b"\x3b"


def bmp(size: int = 16) -> bytes:
    """Return a black square of 24 bits."""
    pixels = bytes(size * 3 * size)
    head = struct.pack("<IiiHHIIiiII", 40, size, size, 1, 24, 0, len(pixels), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(pixels), 0, 0, 54) + head + pixels


def webp(*parts: tuple[bytes, bytes]) -> bytes:
    """Return the frame of a WebP, with further parts; its pixels are no real ones."""
    body = b"WEBP"
    for name, piece in ((b"VP8L", bytes(20)), *parts):
        body += name + struct.pack("<I", len(piece)) + piece + bytes(len(piece) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def ico() -> bytes:
    """Return an icon that holds a PNG."""
    picture = png()
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(picture), 22) + picture
