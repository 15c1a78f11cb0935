"""One labelled file in memory."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum


class Label(StrEnum):
    """What a file is, by the word of whoever collected it."""

    BENIGN = "benign"
    MALICIOUS = "malicious"


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes with what is known of them. `data` lives as long as one look at it takes."""

    data: bytes
    name: str  # path inside its source
    label: Label
    source: str  # id in the catalogue of sources
    family: str = ""  # of malware, or of the program, where known
    date: str = ""  # ISO date or month, where known
    stated: str = ""  # kind that text is to be taken for, where the curator knows it and the name does not say it
    group: str = ""  # what must stay on one side of a split: a package, a program, a campaign, an author

    @property
    def sha256(self) -> str:
        """The hash in lower-case hex."""
        return hashlib.sha256(self.data).hexdigest()
