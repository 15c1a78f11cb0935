"""What was seen of a domain, and what it means."""

import datetime as dt
from typing import Final, Literal, Protocol

from pydantic import Field

from anshin.risk.text import Bilingual, Frozen

SCHEMA_VERSION: Final = 1
Level = Literal["good", "weak", "missing", "unreadable", "not_checked"]


class Seen(Frozen):
    """Raw facts. None: not asked, or no answer; an empty tuple: asked, and there is nothing."""

    domain: str = Field(max_length=253, pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")
    at: dt.date
    spf: tuple[str, ...] | None = None  # TXT records of the domain
    dkim: tuple[str, ...] | None = None  # TXT records found at the selectors that were asked
    dmarc: tuple[str, ...] | None = None  # TXT records of _dmarc.<domain>
    tls_version: str | None = None  # best offered, such as TLSv1.3
    tls_oldest: str | None = None  # oldest still offered
    tls_expires: dt.date | None = None
    tls_name_matches: bool | None = None


class Source(Protocol):
    """Where facts come from: a job outside this package implements it, and it stays off without network."""

    def look(self, domain: str, at: dt.date) -> Seen:
        """Return what can be seen of `domain`."""


class Finding(Frozen):
    """One check."""

    id: Literal["spf", "dkim", "dmarc", "tls"]
    level: Level
    text: Bilingual
    seen: str


class Outside(Frozen):
    """All checks of one domain, and the share that the diagnosis takes as a fact (`outside.mail_auth_share`)."""

    schema_version: Literal[1] = SCHEMA_VERSION
    domain: str
    at: dt.date
    findings: tuple[Finding, ...]
    mail_auth_share: float | None = Field(ge=0, le=1)  # None when a check could not be made
