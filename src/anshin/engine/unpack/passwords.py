"""Words that may open an encrypted file: first those from the mail around it, then common ones."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from anshin.engine.budget import Budget
from anshin.engine.wording import load_data

SEARCHED = 64 * 1024
"""Characters of a mail's text that are looked at."""
_LINE_BREAKS = 3
_QUOTED = re.compile(
    r"[「『【〈《“\"'`<(（\[]\s{0,2}([^\s「」『』【】〈〉《》“”\"'`<>()（）\[\]]{3,64})\s{0,2}[」』】〉》”\"'`>)）\]]"
)
_ODD_ONE = re.compile(r"(?<!\S)(?=\S{0,63}\d)(?=\S{0,63}[A-Za-z])([A-Za-z0-9!#$%&*+\-.?@_=~^]{6,32})(?!\S)")
_STRIP = ".,;:!?。、；：！？\"'`「」『』【】<>()[]（）＜＞*_"


def candidates(budget: Budget) -> tuple[str, ...]:
    """Return the passwords to try, in order, each once."""
    return tuple(dict.fromkeys((*budget.passwords(), *_common())))


def password_reason(word: str, budget: Budget) -> str:
    """Return the code that tells where the password that fitted comes from."""
    return "archive.password_in_mail" if word in budget.passwords() else "archive.password_common"


@cache
def _common() -> tuple[str, ...]:
    return tuple(str(w) for w in load_data("unpack/passwords.yaml"))


@cache
def _before() -> re.Pattern[str]:
    words = sorted(load_data("unpack/password_words.yaml")["before"], key=len, reverse=True)
    parts = (rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) for w in words)
    return re.compile("|".join(parts), re.IGNORECASE)


def words_in(text: str) -> Iterator[str]:
    """Yield the words of a mail that may be a password: what follows such a word first, then what stands in quotes."""
    text = text[:SEARCHED]
    for found in _before().finditer(text):
        yield from _behind(text[found.end() : found.end() + 160])
    for match in _QUOTED.finditer(text):
        yield match[1]
    for match in _ODD_ONE.finditer(text):
        yield match[1]


def _behind(rest: str) -> Iterator[str]:
    """Yield the next words on this line, or on the next line that has any."""
    rest = re.sub(
        r"^[\s\w]{0,12}?(?:は|が|is|are|ist|est|es)?\s{0,3}[:：=＝→はがー\-]{0,3}", "", rest, count=1, flags=re.ASCII
    )
    lines = [line for line in rest.splitlines()[: _LINE_BREAKS + 1] if line.strip()][:2]
    for line in lines:
        for token in re.split(r"[\s　]+", line)[:4]:
            plain = token.strip(_STRIP)
            for word in (plain, unicodedata.normalize("NFKC", plain), token):
                if 2 < len(word) <= 64:
                    yield word


def learn(text: str, budget: Budget) -> None:
    """Remember the words of a mail that may be a password."""
    for n, word in enumerate(words_in(text)):
        if n >= 400:
            return
        budget.learn_password(word)
