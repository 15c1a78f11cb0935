"""Why a file was judged wrongly, in words: what pushed its score, and which way."""

from typing import Any, Literal

from anshin.engine.models.scoring import sentence
from anshin.training.evaluate.wording import Text, table

Language = Literal["ja", "en"]
_PLACE: dict[Language, int] = {"ja": 0, "en": 1}


def reason(name: str, value: float, text: Text, language: Language, *, missed: bool) -> str:
    """Return the sentence for one feature of a file that was missed, or that raised a false alarm.

    A sign has its own sentence, which holds only where the sign was found; the other features have one for either way.
    """
    words = sentence(name)[_PLACE[language]]
    if name.startswith("sign:"):
        if value < 0.5:
            return text["because_absent"].format(sentence=words)
        return text["because_common"].format(sentence=words) if missed else words
    if not missed:
        return words
    topics = table("topics.yaml")
    best = max((start for start in topics if name.startswith(start)), key=len)
    return text["because_topic"].format(topic=topics[best][language])


def told(because: list[list[Any]], text: Text, language: Language, *, missed: bool) -> str:
    """Return the sentences, each once, followed by the names and log-odds of the features that it stands for."""
    by_sentence: dict[str, list[str]] = {}
    for name, push, value in because:
        words = reason(name, value, text, language, missed=missed)
        by_sentence.setdefault(words, []).append(f"`{name}` {push:+.2f}")
    return "<br>".join(f"{words} ({', '.join(names)})" for words, names in by_sentence.items()) or text["no_reason"]
