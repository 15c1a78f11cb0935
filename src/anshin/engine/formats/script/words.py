"""Groups of words whose number in a script is a fact for the models."""

from functools import cache

from anshin.engine.wording import load_data


@cache
def groups() -> dict[str, frozenset[str]]:
    """Return the groups of `words.yaml`."""
    return {name: frozenset(map(str, words)) for name, words in load_data("formats/script/words.yaml").items()}
