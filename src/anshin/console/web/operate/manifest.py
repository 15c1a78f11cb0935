"""What stands in an archive besides the data: enough to prove that a restored installation is the saved one."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Final = 1
MANIFEST = "manifest.json"
DATABASE_SQLITE = "database.sqlite3"
DATABASE_POSTGRESQL = "database.pgdump"
SECRETS = "secrets.sealed"
UPLOADS = "uploads/"


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TableContent(_Document):
    """How many rows a table has, and the SHA-256 over all of them in a fixed order."""

    rows: int = Field(ge=0)
    sha256: str


class FileContent(_Document):
    """Size in bytes and SHA-256 of one member of the archive."""

    size: int = Field(ge=0)
    sha256: str


class Sealing(_Document):
    """How the secrets are encrypted: scrypt over the passphrase, then AES-256-GCM."""

    salt: str  # base64
    n: int
    r: int
    p: int


class Manifest(_Document):
    """The whole description; the last member of the archive."""

    format: Literal[1] = FORMAT
    version: str  # of Anshin
    made_at: datetime
    reason: str
    vendor: Literal["sqlite", "postgresql"]
    migrations: tuple[str, ...]
    demo: bool
    settings: dict[str, str]  # never a secret one
    tables: dict[str, TableContent]
    files: dict[str, FileContent]
    sealing: Sealing | None = None

    @property
    def has_secrets(self) -> bool:
        """Whether the archive brings the installation's secrets."""
        return SECRETS in self.files


def content_of(rows: Iterable[bytes]) -> TableContent:
    """Return count and hash of rows that come as bytes, in order; each is framed by its length."""
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(len(row).to_bytes(8, "big"))
        digest.update(row)
        count += 1
    return TableContent(rows=count, sha256=digest.hexdigest())
