"""Random streams by key: who draws first, or on which machine, changes nothing.

Philox is counter-based (Salmon et al., SC 2011): its 128-bit key and 256-bit counter start are set directly here, so
two different keys can never meet, and a stream is made in microseconds without drawing from any other.
"""

import numpy as np

from anshin.risk import check
from anshin.risk.errors import ParameterError

_WORD = 1 << 64


def stream(seed: int, scenario: int, company: int = 0, years: int = 0) -> np.random.Generator:
    """Return the stream of (`seed`, `scenario`; company or policy block `company`, year block `years`).

    All four are whole numbers of 0 or more below 2**64; ParameterError otherwise. Key = (seed, scenario); the counter's
    upper half = (company, years), its lower half counts the draws, 2**128 of them.
    """
    for name, value in (("seed", seed), ("scenario", scenario), ("company", company), ("years", years)):
        check.whole("stream", name, value)
        if value >= _WORD:
            raise ParameterError("parameter.too_large", where="stream", name=name, value=value, limit="2**64 - 1")
    key = np.array([seed, scenario], dtype=np.uint64)
    counter = np.array([0, 0, company, years], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
