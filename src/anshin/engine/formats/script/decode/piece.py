"""What a decoder hands over."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """One decoded text, or bytes of which it is not yet known what they are."""

    data: str | bytes
    how: str  # one step: "base64"; no comma, since places are joined by commas
    offset: int = 0  # in the text that hid it
    language: str = ""  # empty: that of the text around it
    runs: bool = False  # the script runs it: worth a look whatever words are in it
    signs: tuple[str, ...] = ()
    rewritten: bool = False  # the text itself with parts put in another way: worth a look when it shows new words
    name: str = ""  # where the script says what the file is called
