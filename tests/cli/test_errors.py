"""Where an error becomes an exit code: also where only engine and agent are installed."""

import json
import os
import subprocess
import sys

import pytest

from tests.faults.house import ROOT

WITHOUT_CONSOLE = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"django", "ninja", "allauth", "waitress", "whitenoise"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
from anshin.cli import main
main()
"""


def anshin_without_console(*arguments: str, cwd) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANSHIN_", "DJANGO", "COV_"))}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_CONSOLE, *arguments],
        env=kept | {"PYTHONPATH": str(ROOT / "src")}, cwd=cwd, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("command", [["up", "--data", "d"], ["doctor"], ["worker", "--data", "d"]])
def test_console_commands_say_what_is_missing(tmp_path, command):
    (tmp_path / "d" / "secrets").mkdir(parents=True)
    done = anshin_without_console(*command, cwd=tmp_path)
    assert done.returncode == 1
    assert "anshin[console]" in done.stderr
    assert "Traceback" not in done.stderr


def test_missing_console_has_the_one_error_shape(tmp_path):
    done = anshin_without_console("doctor", "--data", str(tmp_path), "--json", cwd=tmp_path)
    assert json.loads(done.stderr)["error"]["code"] == "not_installed"


def test_engine_and_agent_need_no_console(tmp_path):
    (tmp_path / "hello.txt").write_text("hello")
    assert anshin_without_console("scan", str(tmp_path / "hello.txt"), cwd=tmp_path).returncode == 0
    status = anshin_without_console("agent", "status", "--state", str(tmp_path / "none"), cwd=tmp_path)
    assert status.returncode in {1, 3}
    assert "Traceback" not in status.stderr
    assert anshin_without_console("scan", str(tmp_path / "absent"), cwd=tmp_path).returncode == 3
