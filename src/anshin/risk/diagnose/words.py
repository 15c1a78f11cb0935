"""The sentences of the result document, from `words.yaml`."""

from functools import cache
from typing import Any

from anshin.risk.data import read
from anshin.risk.text import Bilingual


@cache
def words() -> dict[str, Any]:
    """Return the whole file."""
    return dict(read("diagnose/words.yaml"))


def sentence(*path: str, **values: object) -> Bilingual:
    """Return the sentence at `path`, filled with `values`."""
    found: Any = words()
    for key in path:
        found = found[key]
    return Bilingual(ja=str(found["ja"]).format(**values), en=str(found["en"]).format(**values))


def joined(*parts: Bilingual) -> Bilingual:
    """Return the parts one after the other: `a: b`."""
    return Bilingual(ja="：".join(part.ja for part in parts), en=": ".join(part.en for part in parts))
