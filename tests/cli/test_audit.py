"""`anshin audit verify` on a real data folder: whole, then tampered with behind its back."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.console.loop.test_processes import EVENTS, House


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> House:
    built = House(tmp_path_factory.mktemp("data"))
    built.call("-m", "django", "migrate", "-v", "0")
    built.call(*built.program(f"make {EVENTS}"))
    built.call(*built.program("deliver"))
    return built


def verify(house: House, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "anshin.cli", "audit", "verify", *options],
        env=house.environment | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_whole_then_broken(house: House):
    answer = verify(house)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("Whole: ")
    document = json.loads(verify(house, "--json").stdout)
    assert document["whole"] is True
    assert document["checked"] == {
        "organisations": 2, "entries": EVENTS, "cases": EVENTS, "evidence": EVENTS, "custody": 2 * EVENTS
    }  # fmt: skip

    with sqlite3.connect(Path(house.environment["ANSHIN_DATA"]) / "anshin.sqlite3") as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("UPDATE audit_auditentry SET action = 'forged' WHERE sequence = 5")
        for name in ("audit_auditentry_no_update", "cases_evidence_no_update"):
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE audit_auditentry SET action = 'forged' WHERE sequence = 5")
        database.execute("UPDATE cases_evidence SET content = '{}' WHERE id = (SELECT min(id) FROM cases_evidence)")
        database.commit()

    answer = verify(house, "--json")
    assert answer.returncode == 1
    breaks = json.loads(answer.stdout)["breaks"]
    assert [(found["what"], found["position"]) for found in breaks] == [("log", 5), ("evidence_changed", 1)]
    spoken = verify(house)
    assert spoken.returncode == 1
    assert "株式会社東和精機" in spoken.stdout
    assert "at entry 5: content was changed after it was written" in spoken.stdout


def test_folder_without_data_is_named(tmp_path, house):
    answer = verify(house, "--data", str(tmp_path / "none"))
    assert answer.returncode == 3
    assert "none" in answer.stderr
    assert os.linesep not in answer.stderr.strip()
