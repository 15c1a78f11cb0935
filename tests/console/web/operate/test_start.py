"""What must not happen to a real installation, nor to a folder that is somebody else's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from anshin.console.people.models import Organisation
from anshin.console.web.demo.load import load
from anshin.console.web.operate import data_folder
from anshin.console.web.operate.errors import ConflictError
from anshin.console.web.operate.start import Installation


def installation(folder: Path) -> Installation:
    return Installation(folder, "127.0.0.1", 0, demo=True, say=lambda _sentence: None)


@pytest.mark.parametrize("marked", [False, True])
def test_real_database_is_never_started_as_a_demonstration(cast, tmp_path: Path, monkeypatch, marked):
    """With ANSHIN_DATABASE_URL a folder that is a demonstration can meet a database that is none."""
    monkeypatch.setenv("ANSHIN_DEMO", "0")
    if marked:
        (tmp_path / data_folder.DEMO_MARK).touch()
    with pytest.raises(ConflictError, match=str(tmp_path)):
        installation(tmp_path)._load_demo()
    assert Organisation.objects.count() == 3


def test_demonstration_is_started_again(db, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("ANSHIN_DEMO", "0")
    load(now=datetime(2026, 11, 24, tzinfo=UTC))
    (tmp_path / data_folder.DEMO_MARK).touch()
    installation(tmp_path)._load_demo()


def test_folder_of_somebody_else_is_left_as_it_is(tmp_path: Path):
    """Its rights would be taken from everybody who uses it: think of /tmp, or of a home."""
    tmp_path.chmod(0o755)
    (tmp_path / "thesis.odt").touch()
    with pytest.raises(ConflictError, match="something else"):
        data_folder.prepare(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.odt"]
    assert tmp_path.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("holds", [[], ["lost+found"], ["secrets"]])
def test_empty_folder_and_our_own_are_taken(tmp_path: Path, holds):
    for name in holds:
        (tmp_path / name).mkdir()
    data_folder.prepare(tmp_path)
    assert data_folder.is_private(tmp_path)
    assert data_folder.is_private(data_folder.prepare(tmp_path) / "secrets" / "secret-key")
