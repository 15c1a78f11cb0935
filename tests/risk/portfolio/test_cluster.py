"""A real dask scheduler with real worker processes on this machine: equal bytes, also when a worker is killed."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from anshin.risk.errors import PortfolioError
from anshin.risk.portfolio import run_portfolio

ROOT = Path(__file__).parents[3]


@pytest.mark.faults
def test_processes_and_a_killed_worker_give_the_same_bytes_as_threads():
    pytest.importorskip("distributed")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    program = [sys.executable, "-W", "ignore", "-m", "tests.risk.portfolio.cluster_run"]
    done = subprocess.run(program, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    assert told["processes"] == told["threads"]
    assert told["after_kill"] == told["threads"]
    assert len(told["killed"]) == 1
    assert told["blocks"] == 24


@pytest.mark.filterwarnings("ignore")  # of the library about itself, while it gives up
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "nonsense://x", "127.0.0.1:99999999"])
def test_a_scheduler_that_does_not_answer_is_one_sentence(address, small, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("anshin.risk.portfolio.cluster.TIMEOUT", "1s")
    with socket.socket() as held:  # bound, never listening: nobody else can answer there
        held.bind(("127.0.0.1", 0))
        with pytest.raises(PortfolioError) as caught:
            run_portfolio(small, scheduler=address.format(port=held.getsockname()[1]))
    assert caught.value.code == "portfolio.scheduler"


def test_a_missing_extra_is_told(small, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(PortfolioError, match="scale"):
        run_portfolio(small, scheduler="tcp://127.0.0.1:1")
