"""`anshin backup` and `anshin restore` as real processes, on SQLite and, where one is named, on PostgreSQL."""

import contextlib
import gzip
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEST_DATABASE = os.environ.get("ANSHIN_TEST_DATABASE_URL", "")
PASSPHRASE = "a passphrase only for this test"

FILL = """
import django
django.setup()
from datetime import UTC, datetime
from anshin.console.web.demo.load import load
from anshin.console.web.operate import schema
schema.migrate()
assert load(now=datetime.now(UTC))
"""


@dataclass
class Site:
    """An installation whose commands run as processes of their own."""

    data: Path
    database_url: str = ""

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSHIN_", "COV_", "PYTEST", "DJANGO_"))}
        url = {"ANSHIN_DATABASE_URL": self.database_url} if self.database_url else {}
        return kept | url | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "LC_ALL": "C.UTF-8"} | extra

    def call(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environment(**extra), capture_output=True, text=True, timeout=120, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def fill(self) -> None:
        (self.data / "secrets").mkdir(parents=True)
        (self.data / "secrets" / "secret-key").write_text("only for this test, " * 4)
        (self.data / "uploads" / "証拠").mkdir(parents=True)
        (self.data / "uploads" / "証拠" / "写真.bin").write_bytes(bytes(range(256)) * 1000)
        done = self.call("-c", FILL, ANSHIN_DATA=str(self.data), DJANGO_SETTINGS_MODULE="anshin.console.web.settings")
        assert done.returncode == 0, done.stderr[-2000:]

    def backup(self, to: Path, *flags: str, **extra: str) -> dict[str, Any]:
        done = self.call(
            "-m", "anshin.cli", "backup", "--data", str(self.data), "--to", str(to), "--json", *flags, **extra
        )
        assert done.returncode == 0, done.stderr[-2000:]
        manifest: dict[str, Any] = json.loads(done.stdout)["manifest"]
        return manifest

    def restore(self, archive: Path, **extra: str) -> subprocess.CompletedProcess[str]:
        return self.call("-m", "anshin.cli", "restore", str(archive), "--data", str(self.data), **extra)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    filled = Site(tmp_path_factory.mktemp("site") / "data")
    filled.fill()
    return filled


@pytest.fixture(scope="module")
def archive(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "saved.tar.gz"
    site.backup(path)
    return path


def rows_of(database: Path) -> dict[str, list[Any]]:
    with contextlib.closing(sqlite3.connect(database)) as opened:
        names = [n for (n,) in opened.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        return {n: opened.execute(f'SELECT * FROM "{n}" ORDER BY rowid').fetchall() for n in names}


def test_restored_is_what_was_saved_while_writing_went_on(tmp_path: Path):
    site = Site(tmp_path / "data")
    site.fill()
    before = rows_of(site.data / "anshin.sqlite3")
    stop, written = threading.Event(), []

    def write() -> None:
        with contextlib.closing(sqlite3.connect(site.data / "anshin.sqlite3", timeout=30)) as database:
            while not stop.is_set():
                row = (uuid.uuid4().hex, "x" * 500, "2031-01-01 00:00:00")
                database.execute("INSERT INTO django_session VALUES (?, ?, ?)", row)
                database.commit()
                written.append(row)
                stop.wait(0.002)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifest = site.backup(tmp_path / "saved.tar.gz")
    finally:
        stop.set()
        writer.join()
    target = Site(tmp_path / "restored")
    done = target.restore(tmp_path / "saved.tar.gz")
    assert done.returncode == 0, done.stderr
    after = rows_of(target.data / "anshin.sqlite3")
    sessions = after.pop("django_session")
    assert set(sessions) <= set(written)
    assert manifest["tables"]["django_session"]["rows"] == len(sessions)
    assert len(sessions) > 0
    assert after == {name: rows for name, rows in before.items() if name != "django_session"}
    for name, table in manifest["tables"].items():
        assert table["sha256"][:16] in done.stdout, name
    photo = "uploads/証拠/写真.bin"
    assert (target.data / photo).read_bytes() == (site.data / photo).read_bytes()


def test_restored_folder_is_private_and_starts_without_the_old_secrets(archive: Path, tmp_path: Path):
    target = Site(tmp_path / "restored")
    assert target.restore(archive).returncode == 0
    assert target.data.stat().st_mode & 0o777 == 0o700
    assert (target.data / "anshin.sqlite3").stat().st_mode & 0o777 == 0o600
    assert (target.data / "secrets" / "secret-key").read_text() != "only for this test, " * 4
    looked = target.call("-m", "anshin.cli", "doctor", "--data", str(target.data), "--json")
    checks = json.loads(looked.stdout)["checks"]
    assert checks["migrations"]["ok"]
    assert checks["integrity"]["quick_check"] == "ok"


def test_archive_holds_no_secret_and_is_private(archive: Path):
    assert archive.stat().st_mode & 0o777 == 0o600
    with tarfile.open(archive) as tar:
        names = tar.getnames()
    assert not [n for n in names if "secret" in n]
    assert "only for this test" not in gzip.decompress(archive.read_bytes()).decode("latin-1")


def test_secrets_travel_encrypted(site: Site, tmp_path: Path):
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    (tmp_path / "wrong").write_text("another passphrase\n")
    named = {"ANSHIN_BACKUP_PASSPHRASE_FILE": str(tmp_path / "passphrase")}
    manifest = site.backup(tmp_path / "saved.tar.gz", "--with-secrets", **named)
    assert manifest["sealing"]["n"] >= 2**17
    assert "only for this test" not in gzip.decompress((tmp_path / "saved.tar.gz").read_bytes()).decode("latin-1")
    target = Site(tmp_path / "restored")
    wrong = target.restore(tmp_path / "saved.tar.gz", ANSHIN_BACKUP_PASSPHRASE_FILE=str(tmp_path / "wrong"))
    assert wrong.returncode == 1
    assert not target.data.exists()
    asked = target.restore(tmp_path / "saved.tar.gz")
    assert asked.returncode == 2
    assert "ANSHIN_BACKUP_PASSPHRASE_FILE" in asked.stderr
    assert target.restore(tmp_path / "saved.tar.gz", **named).returncode == 0
    assert (target.data / "secrets" / "secret-key").read_text() == "only for this test, " * 4


def test_never_over_an_existing_file_or_folder(site: Site, archive: Path, tmp_path: Path):
    taken = site.call("-m", "anshin.cli", "backup", "--data", str(site.data), "--to", str(archive))
    assert taken.returncode == 5
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("precious")
    refused = Site(tmp_path / "full").restore(archive)
    assert refused.returncode == 5
    assert [p.name for p in (tmp_path / "full").iterdir()] == ["mine"]
    assert Site(tmp_path / "gone").restore(tmp_path / "no-such.tar.gz").returncode == 3


def test_restores_into_an_existing_empty_folder(archive: Path, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    assert Site(tmp_path / "empty").restore(archive).returncode == 0


def members(archive: Path) -> dict[str, bytes]:
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            file = tar.extractfile(member)
            assert file is not None
            found[member.name] = file.read()
    return found


def written(path: Path, content: dict[str, bytes], *, link: str = "") -> Path:
    with tarfile.open(path, "w:gz") as tar:
        if link:  # to the folder secrets/
            folder, to_it = tarfile.TarInfo("secrets"), tarfile.TarInfo(link)
            folder.type, to_it.type, to_it.linkname = tarfile.DIRTYPE, tarfile.SYMTYPE, "../secrets"
            tar.addfile(folder)
            tar.addfile(to_it)
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def change_byte(content: dict[str, bytes]) -> None:
    name = next(n for n in content if n.startswith("uploads/"))
    content[name] = b"!" + content[name][1:]


def drop_a_file(content: dict[str, bytes]) -> None:
    del content[next(n for n in content if n.startswith("uploads/"))]


def add_a_file(content: dict[str, bytes]) -> None:
    content["uploads/extra"] = b"smuggled"


def climb_out(content: dict[str, bytes]) -> None:
    content["../escaped"] = b"smuggled"


def drop_the_manifest(content: dict[str, bytes]) -> None:
    del content["manifest.json"]


def change_a_count(content: dict[str, bytes]) -> None:
    manifest = json.loads(content["manifest.json"])
    manifest["tables"]["people_user"]["rows"] += 1
    content["manifest.json"] = json.dumps(manifest).encode()


Damage = Callable[[dict[str, bytes]], None]
DAMAGES: list[Damage] = [change_byte, drop_a_file, add_a_file, climb_out, drop_the_manifest, change_a_count]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda f: f.__name__)
def test_damaged_archive_leaves_nothing_behind(archive: Path, tmp_path: Path, damage: Damage):
    content = members(archive)
    damage(content)
    broken = written(tmp_path / "broken.tar.gz", content)
    done = Site(tmp_path / "deep" / "restored").restore(broken)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("anshin: ")
    assert list((tmp_path / "deep").iterdir()) == []
    assert not (tmp_path / "escaped").exists()


def test_archive_with_a_link_to_a_folder_is_refused(archive: Path, tmp_path: Path):
    """Within the archive the link is harmless; in the restored folder it would lead into secrets/."""
    broken = written(tmp_path / "linked.tar.gz", members(archive), link="uploads/away")
    done = Site(tmp_path / "deep" / "restored").restore(broken)
    assert done.returncode == 1, done.stderr
    assert list((tmp_path / "deep").iterdir()) == []


def test_cut_off_archive_is_refused(archive: Path, tmp_path: Path):
    (tmp_path / "cut.tar.gz").write_bytes(archive.read_bytes()[:-2000])
    assert Site(tmp_path / "restored").restore(tmp_path / "cut.tar.gz").returncode == 1
    assert not (tmp_path / "restored").exists()


@pytest.mark.parametrize("change", [{"version": "99.0.0"}, {"migrations": ["web.9999_later"]}])
def test_newer_archive_is_refused(archive: Path, tmp_path: Path, change: dict[str, Any]):
    content = members(archive)
    content["manifest.json"] = json.dumps(json.loads(content["manifest.json"]) | change).encode()
    done = Site(tmp_path / "restored").restore(written(tmp_path / "newer.tar.gz", content))
    assert done.returncode == 5, done.stderr
    assert not (tmp_path / "restored").exists()


def test_no_data_folder_is_said(tmp_path: Path):
    done = Site(tmp_path).call("-m", "anshin.cli", "backup", "--data", str(tmp_path / "none"))
    assert done.returncode == 3
    assert "anshin up" in done.stderr


@pytest.fixture
def two_databases() -> Iterator[tuple[str, str]]:
    """Two empty databases on the test server: one to fill, one to restore into."""
    import psycopg
    from psycopg import sql

    names = [f"anshin_{part}_{uuid.uuid4().hex[:8]}" for part in ("source", "target")]
    with psycopg.connect(TEST_DATABASE, autocommit=True) as server:
        for name in names:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield tuple(TEST_DATABASE.rsplit("/", 1)[0] + "/" + name for name in names)  # type: ignore[misc]
        for name in names:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.skipif(not TEST_DATABASE, reason="no PostgreSQL is named in ANSHIN_TEST_DATABASE_URL")
@pytest.mark.skipif(not shutil.which("pg_dump"), reason="pg_dump is not installed")
def test_postgresql_round_trip(two_databases: tuple[str, str], tmp_path: Path):
    site = Site(tmp_path / "data", two_databases[0])
    site.fill()
    manifest = site.backup(tmp_path / "saved.tar.gz")
    assert manifest["vendor"] == "postgresql"
    assert manifest["tables"]["people_user"]["rows"] > 0
    onto_itself = Site(tmp_path / "restored", two_databases[0]).restore(tmp_path / "saved.tar.gz")
    assert onto_itself.returncode == 5, onto_itself.stderr
    without = Site(tmp_path / "restored").restore(tmp_path / "saved.tar.gz")
    assert without.returncode == 5
    assert not (tmp_path / "restored").exists()
    target = Site(tmp_path / "restored", two_databases[1])
    done = target.restore(tmp_path / "saved.tar.gz")
    assert done.returncode == 0, done.stderr
    again = target.backup(tmp_path / "again.tar.gz")
    assert again["tables"] == manifest["tables"]
    shutil.rmtree(target.data)
