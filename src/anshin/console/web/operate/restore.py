"""An archive becomes an installation again: into an empty folder, proven piece by piece, or not at all."""

import hashlib
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from anshin import __version__
from anshin.console.web.operate import data_folder, databases, schema
from anshin.console.web.operate.errors import ConflictError, MissingError, OperationError
from anshin.console.web.operate.manifest import (
    DATABASE_POSTGRESQL,
    DATABASE_SQLITE,
    MANIFEST,
    SECRETS,
    UPLOADS,
    Manifest,
    TableContent,
)
from anshin.console.web.operate.sealing import open_files
from anshin.console.web.operate.words import gettext as _

LARGEST_MANIFEST = 16 * 1024 * 1024


def restore_backup(archive: Path, folder: Path, passphrase: Callable[[], str]) -> Manifest:
    """Restore `archive` into `folder`, which must be empty or absent; ask for a passphrase only when one is needed.

    Every file and every table is compared with the manifest before anything appears in `folder`. Raises ConflictError
    for a folder or database that is not empty and for an archive of a newer version, OperationError for a damaged one.
    """
    folder = folder.expanduser().resolve()
    if not archive.is_file():
        raise MissingError(_("There is no archive {path}.").format(path=archive))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError(
            _("{folder} is not empty. Name an empty folder: a restore never overwrites.").format(folder=folder)
        )
    existed = folder.exists()
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".anshin-restore-") as name:
            scratch = Path(name)
            manifest = _unpack(archive, scratch / "unpacked")
            _require_known(manifest)
            built = data_folder_from(scratch / "unpacked", scratch / "built", manifest, passphrase)
            _restore_database(scratch / "unpacked", built, manifest)
            if existed:
                folder.rmdir()
            built.rename(folder)
    except OSError as error:
        raise OperationError(
            _("{folder} could not be restored: {error}. Nothing is left behind.").format(
                folder=folder, error=error.strerror or error
            )
        ) from error
    return manifest


def _unpack(archive: Path, into: Path) -> Manifest:
    """Unpack within `into` only, and return the manifest when every file is the one it speaks of."""
    damaged = OperationError(_("{path} is damaged or no archive of Anshin. Nothing was restored.").format(path=archive))
    into.mkdir()
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                _write(tar, member, into)
        if (into / MANIFEST).stat().st_size > LARGEST_MANIFEST:
            raise damaged
        manifest = Manifest.model_validate_json((into / MANIFEST).read_bytes())
    except (tarfile.TarError, EOFError, OSError, ValidationError, ValueError) as error:
        raise damaged from error
    # A link to a folder counts as a file too: no archive of ours has one, and it could lead into the new secrets/.
    found = {p.relative_to(into).as_posix() for p in into.rglob("*") if p.is_symlink() or not p.is_dir()} - {MANIFEST}
    if found != set(manifest.files):
        raise damaged
    for name, content in manifest.files.items():
        path = into / name
        if path.is_symlink() or path.stat().st_size != content.size or _sha256(path) != content.sha256:
            raise damaged
    return manifest


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, into: Path) -> None:
    """Write one file below `into`. Raises ValueError for anything an archive of ours does not hold.

    tarfile's own data filter would do, but Python 3.11 before 3.11.4 (Debian 12's) has none.
    """
    parts = PurePosixPath(member.name).parts
    if not member.isreg() or not parts or parts[0] == "/" or ".." in parts or "\\" in member.name or ":" in parts[0]:
        raise ValueError(f"{member.name!r} is no plain file below the archive's root")
    source = tar.extractfile(member)
    if source is None:
        raise ValueError(f"{member.name!r} has no content")
    target = into.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    with source, target.open("xb") as sink:
        shutil.copyfileobj(source, sink)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def version_key(version: str) -> tuple[int, ...]:
    """Return a version's numbers, to compare by."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _require_known(manifest: Manifest) -> None:
    if version_key(manifest.version) > version_key(__version__):
        raise ConflictError(
            _("The archive was made by Anshin {theirs}; this is {ours}. Install that version first.").format(
                theirs=manifest.version, ours=__version__
            )
        )
    if unknown := sorted(set(manifest.migrations) - _known_migrations()):
        raise ConflictError(
            _("The archive's tables are newer than this Anshin ({name}). Install the newer version first.").format(
                name=unknown[0]
            )
        )
    wanted = os.environ.get("ANSHIN_DATABASE_URL", "")
    if manifest.vendor == "sqlite" and wanted:
        raise ConflictError(_("The archive holds a SQLite database; unset ANSHIN_DATABASE_URL to restore it."))
    if manifest.vendor == "postgresql" and not wanted:
        raise ConflictError(
            _("The archive holds a PostgreSQL database; name an empty one in ANSHIN_DATABASE_URL to restore it.")
        )


def _known_migrations() -> frozenset[str]:
    import django
    from django.apps import apps

    if not apps.ready:
        # There is no data folder yet; without one the settings keep everything in memory.
        os.environ.pop("ANSHIN_DATA", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "anshin.console.web.settings"
        django.setup()
    return schema.known_migrations()


def data_folder_from(unpacked: Path, built: Path, manifest: Manifest, passphrase: Callable[[], str]) -> Path:
    """Build a data folder from unpacked files, its database left out."""
    secret_files: dict[str, str] = {}
    if manifest.has_secrets and manifest.sealing is not None:
        secret_files = open_files((unpacked / SECRETS).read_bytes(), manifest.sealing, passphrase())
    built.mkdir(mode=0o700)
    (built / "secrets").mkdir(mode=0o700)
    for name, content in secret_files.items():
        data_folder.write_private(built / "secrets" / name, content.encode())
    if manifest.demo:
        data_folder.write_private(built / data_folder.DEMO_MARK, b"")
    if (unpacked / UPLOADS).exists():
        shutil.move(unpacked / UPLOADS, built / "uploads")
    return data_folder.prepare(built)


def _restore_database(unpacked: Path, built: Path, manifest: Manifest) -> None:
    if manifest.vendor == "sqlite":
        source = unpacked / DATABASE_SQLITE
        if not databases.sqlite_is_whole(source):
            raise OperationError(_("The archive's database is damaged. Nothing was restored."))
        _require_same(manifest.tables, databases.fingerprint_sqlite(source))
        target = built / "anshin.sqlite3"
        shutil.move(source, target)
        target.chmod(0o600)
        return
    from anshin.console.web.config import database_settings, read_config

    environment = {k: v for k, v in os.environ.items() if k.startswith("ANSHIN_")} | {"ANSHIN_DATA": str(built)}
    settings = database_settings(read_config(environment), environment["ANSHIN_DATABASE_URL"])
    _require_same(manifest.tables, databases.restore_postgresql(settings, unpacked / DATABASE_POSTGRESQL))


def _require_same(saved: dict[str, TableContent], found: dict[str, TableContent]) -> None:
    for name in sorted(set(saved) | set(found)):
        if saved.get(name) != found.get(name):
            raise OperationError(
                _("Table {name} is not as it was saved. Nothing appears in the data folder.").format(name=name)
            )
