"""One archive of an installation, made while it works.

    database.sqlite3 | database.pgdump, uploads/…, secrets.sealed (only when asked for), manifest.json

Not in it: collected static files (made anew), earlier backups, and the demonstration's PC.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from anshin import __version__
from anshin.console.web.operate import databases, schema
from anshin.console.web.operate.data_folder import DEMO_MARK, write_private
from anshin.console.web.operate.errors import ConflictError, OperationError
from anshin.console.web.operate.manifest import (
    DATABASE_POSTGRESQL,
    DATABASE_SQLITE,
    MANIFEST,
    SECRETS,
    UPLOADS,
    FileContent,
    Manifest,
    Sealing,
)
from anshin.console.web.operate.sealing import seal_folder
from anshin.console.web.operate.words import gettext as _

LAST = Path("run") / "last-backup.json"


@dataclass(frozen=True, slots=True)
class Made:
    """Where the archive is, and what it holds."""

    path: Path
    manifest: Manifest


def make_backup(folder: Path, *, to: Path | None = None, passphrase: str = "", reason: str = "by-hand") -> Made:
    """Write an archive of the installation in `folder`; with a passphrase it holds the secrets too, encrypted.

    It appears under its name only when it is complete. Raises ConflictError when that name is taken.
    """
    made_at = datetime.now(UTC)
    path = to or folder / "backups" / f"anshin-{made_at:%Y%m%d-%H%M%S}-{reason}.tar.gz"
    if path.exists():
        raise ConflictError(_("{path} exists already. Name another file with --to.").format(path=path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target: whole databases do not belong into /tmp, where others look and room is short.
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".anshin-backup-") as scratch:
            unfinished = Path(scratch) / "archive"
            manifest = _write(folder, Path(scratch), unfinished, passphrase, reason, made_at)
            unfinished.chmod(0o600)
            os.link(unfinished, path) if hasattr(os, "link") else unfinished.rename(path)
    except FileExistsError as error:
        raise ConflictError(_("{path} exists already. Name another file with --to.").format(path=path)) from error
    except OSError as error:
        raise OperationError(
            _("The backup could not be written to {path}: {error}").format(path=path, error=error.strerror or error)
        ) from error
    (folder / LAST).parent.mkdir(exist_ok=True, mode=0o700)
    write_private(folder / LAST, json.dumps({"at": made_at.isoformat(), "path": str(path)}).encode())
    return Made(path, manifest)


def last_backup_at(folder: Path | None = None) -> datetime | None:
    """Return when the last backup of the installation was made, or None."""
    from django.conf import settings

    folder = folder or settings.CONFIG.data
    if folder is None or not (folder / LAST).exists():
        return None
    return datetime.fromisoformat(json.loads((folder / LAST).read_text())["at"])


def _write(folder: Path, scratch: Path, archive: Path, passphrase: str, reason: str, made_at: datetime) -> Manifest:
    from django.db import connection

    files: dict[str, FileContent] = {}
    sealing: Sealing | None = None
    with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
        if connection.vendor == "sqlite":
            name = DATABASE_SQLITE
            tables = databases.save_sqlite(Path(connection.settings_dict["NAME"]), scratch / name)
        else:
            name = DATABASE_POSTGRESQL
            tables = databases.save_postgresql(connection.settings_dict, scratch / name)
        files[name] = _add_file(tar, name, scratch / name)
        (scratch / name).unlink()
        uploads = folder / "uploads"
        for path in sorted(p for p in uploads.rglob("*") if p.is_file() and not p.is_symlink()):
            member = UPLOADS + path.relative_to(uploads).as_posix()
            files[member] = _add_file(tar, member, path)
        if passphrase:
            sealed, sealing = seal_folder(folder / "secrets", passphrase)
            files[SECRETS] = _add(tar, SECRETS, io.BytesIO(sealed), len(sealed))
        manifest = Manifest(
            version=__version__,
            made_at=made_at,
            reason=reason,
            vendor="sqlite" if connection.vendor == "sqlite" else "postgresql",
            migrations=tuple(sorted(schema.applied_migrations())),
            demo=(folder / DEMO_MARK).exists(),
            settings=_open_settings(),
            tables=tables,
            files=files,
            sealing=sealing,
        )
        text = manifest.model_dump_json(indent=1).encode()
        _add(tar, MANIFEST, io.BytesIO(text), len(text))
    return manifest


def _open_settings() -> dict[str, str]:
    """Return what a restored installation should know of the old one's settings; none is secret."""
    from django.conf import settings

    config = settings.CONFIG
    return {"ANSHIN_PUBLIC_URL": config.public_url, "ANSHIN_REQUIRE_MFA": config.require_mfa}


def _add_file(tar: tarfile.TarFile, name: str, path: Path) -> FileContent:
    with path.open("rb") as file:
        return _add(tar, name, file, os.fstat(file.fileno()).st_size)


class _Hashing(io.RawIOBase):
    """Reads through to a file and hashes what passes, so that the manifest speaks of the very bytes stored."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.digest = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.source.read(size)
        self.digest.update(piece)
        return piece


def _add(tar: tarfile.TarFile, name: str, source: BinaryIO, size: int) -> FileContent:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    reader = _Hashing(source)
    tar.addfile(member, reader)
    return FileContent(size=size, sha256=reader.digest.hexdigest())
