"""Runs portfolios on a dask cluster of its own and prints what came out as JSON.

A process of its own, because dask starts threads and loggers that a test process should not have.
"""

import json
import logging
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import distributed

from anshin.risk.portfolio import Run, VendorCause, run_portfolio
from tests.risk.portfolio.firms import firms

CAUSES = (VendorCause("os", "A", 0.5, 0.02, 0.7), VendorCause("cloud", "B", 2.0, 0.01))


def main() -> None:
    """Print digests of the same run on one thread, on two processes, and with a worker killed in the middle."""
    logging.disable(logging.CRITICAL)
    run = Run(firms(9000), 240, 11, CAUSES, block_years=10)
    told: dict[str, Any] = {"threads": run_portfolio(run, workers=2).digest(), "killed": []}
    cluster: Any = distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=60
    )
    with cluster, tempfile.TemporaryDirectory() as folder:
        told["processes"] = run_portfolio(run, scheduler=cluster.scheduler_address).digest()
        client: Any = distributed.Client(cluster)
        with client:
            pids = [int(pid) for pid in client.run(os.getpid).values()]

        def kill(done: int, _whole: int) -> None:
            if done == 4 and not told["killed"]:
                os.kill(pids[0], signal.SIGKILL)
                told["killed"].append(pids[0])

        report = run_portfolio(run, scheduler=cluster.scheduler_address, resume=Path(folder), told=kill)
        told |= {"after_kill": report.digest(), "blocks": len(list(Path(folder).glob("block-*"))), "pids": len(pids)}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
