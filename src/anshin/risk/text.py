"""The base of every frozen document here, and a sentence in both languages."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Language = Literal["ja", "en"]
Words = Annotated[str, StringConstraints(min_length=1, max_length=800, strip_whitespace=True)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,58}$")]
Grade = Literal["certain", "estimated", "guess"]
"""How well a figure is known: read in a primary source or a fact, derived from published data, or judged by us."""
Evidence = Literal["measured", "answered", "assumed"]
"""Where a fact about the firm comes from: an agent or a check with a date, a person's answer, or a default."""


class Frozen(BaseModel):
    """Base of every part: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Frozen):
    """The same sentence in both languages."""

    ja: Words
    en: Words

    def text(self, language: str) -> str:
        """Return the sentence in `language` ("ja", or anything else for English)."""
        return self.ja if language.startswith("ja") else self.en
