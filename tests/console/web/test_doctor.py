"""`anshin doctor`: finds what ails, shows no secret, lives through broken settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from anshin.console.web.operate.data_folder import prepare
from anshin.console.web.operate.errors import OperationError

ROOT = Path(__file__).resolve().parents[3]
PREPARE = "import django; django.setup(); from anshin.console.web.operate import schema; schema.migrate()"


def environment(**extra: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSHIN_", "COV_", "PYTEST", "DJANGO_"))}
    return kept | {"PYTHONPATH": str(ROOT / "src"), "LC_ALL": "C.UTF-8"} | extra


def doctor(folder: Path, *flags: str, **extra: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "anshin.cli", "doctor", "--data", str(folder), *flags]
    return subprocess.run(command, env=environment(**extra), capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = prepare(tmp_path_factory.mktemp("doctor") / "data")
    settings = {"ANSHIN_DATA": str(made), "DJANGO_SETTINGS_MODULE": "anshin.console.web.settings"}
    subprocess.run([sys.executable, "-c", PREPARE], env=environment(**settings), check=True, timeout=120)
    return made


def test_names_what_ails_and_what_is_well(folder: Path):
    done = doctor(folder, "--json")
    assert done.returncode == 1  # no worker runs
    found = json.loads(done.stdout)
    assert not found["ok"]
    ailing = {name for name, check in found["checks"].items() if not check["ok"]} - {"jail"}
    assert ailing == {"worker", "backup"}
    assert "anshin worker" in found["checks"]["worker"]["mend"]
    assert found["checks"]["integrity"] == {"ok": True, "journal": "wal", "quick_check": "ok"}
    assert found["settings"]["ANSHIN_SECRET_KEY"] == {"value": "(secret)", "source": "secrets/secret-key"}


def test_output_holds_no_secret(folder: Path):
    url = "postgresql://anshin:pa55word@127.0.0.1:1/anshin"
    for flags in ((), ("--json",)):
        done = doctor(folder, *flags, ANSHIN_DATABASE_URL=url)
        assert done.returncode == 1
        for secret in (folder / "secrets").iterdir():
            assert secret.read_text().strip() not in done.stdout + done.stderr
        assert "pa55word" not in done.stdout + done.stderr
        assert "OperationalError" in done.stdout


def test_loose_rights_are_found(folder: Path):
    secret = folder / "secrets" / "metrics-key"
    secret.chmod(0o644)
    try:
        check = json.loads(doctor(folder, "--json").stdout)["checks"]["secrets"]
    finally:
        secret.chmod(0o600)
    assert check["ok"] is False
    assert check["readable_by_others"] == ["metrics-key"]


def test_wrong_setting_is_one_finding_not_the_end(folder: Path):
    found = json.loads(doctor(folder, "--json", ANSHIN_DEMO="perhaps").stdout)
    assert "ANSHIN_DEMO" in found["checks"]["settings"]["error"]
    assert "jail" in found["checks"]


def test_folder_that_is_not_there(tmp_path: Path):
    done = doctor(tmp_path / "none", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["checks"]["data folder"]["exists"] is False
    assert not (tmp_path / "none").exists()


def test_prepare_keeps_what_is_there(tmp_path: Path):
    first = prepare(tmp_path / "data")
    key = (first / "secrets" / "secret-key").read_text()
    first.chmod(0o755)
    prepare(first)
    assert (first / "secrets" / "secret-key").read_text() == key
    assert first.stat().st_mode & 0o777 == 0o700


def test_prepare_names_a_folder_it_cannot_make(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OperationError, match="file"):
        prepare(tmp_path / "file" / "data")
