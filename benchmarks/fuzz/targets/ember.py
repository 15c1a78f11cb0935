"""The EMBERv3-compatible vector, which reads programs in its own way."""

from anshin.engine.features import ember
from benchmarks.fuzz.targets import pe

SEEDS: list[bytes] = [*pe.SEEDS, b"plain text with http://example.jp/ in it", bytes(4096)]


def run(data: bytes) -> None:
    """Compute the vector; nothing may end it."""
    assert ember.vector(data).shape == (ember.SIZE,)
