"""One edit: bytes in, bytes out, the same function."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """`apply` takes the file, a seeded source of chance and some honest bytes; None where the file gives no room."""

    name: str
    apply: Callable[[bytes, random.Random, bytes], bytes | None]


def honest_piece(honest: bytes, chance: random.Random, size: int) -> bytes:
    """Return `size` bytes out of honest material, beginning anywhere."""
    if not honest:
        return bytes(size)
    start = chance.randrange(len(honest))
    piece = honest[start : start + size]
    while len(piece) < size:
        piece += honest[: size - len(piece)]
    return piece
